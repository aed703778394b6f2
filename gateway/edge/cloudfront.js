// The edge inside CloudFront: a function (runtime 2.0) at viewer request, in front of the bucket. edge.js follows this file in the
// function's code, without its last line (deploy/terraform/cdn.tf).

import cf from 'cloudfront';

const kKeyName = 'edge-key';  // in the function's key value store
const kShortestKey = 32;      // bytes, as platform/storage asks of its own copy

const kCors = {
    'access-control-allow-origin': {value: '*'},
    'access-control-allow-methods': {value: 'GET, HEAD, OPTIONS'},
    'access-control-allow-headers': {value: 'Range, If-None-Match, If-Range'},
    'access-control-max-age': {value: '86400'},
};

const kProblems = {
    playback_token_invalid: [403, 'Not allowed', 'This playback URL is not valid.'],
    playback_token_expired: [403, 'Not allowed', 'This playback URL has expired. Ask for a new one.'],
    method_not_allowed: [405, 'Method not allowed', 'This cannot be done here.'],
    storage_unavailable: [503, 'Not available at the moment', 'Storage is not available. Try again.'],
};

function Answer(status, description, headers, body) {
    return {statusCode: status, statusDescription: description, headers: Object.assign({}, kCors, headers), body: body};
}

// The problem document (RFC 9457) of a refusal.
function Refused(code) {
    const problem = kProblems[code];
    const document = {type: 'about:blank', title: problem[1], status: problem[0], code: code, detail: problem[2]};
    return Answer(problem[0], problem[1],
        {'content-type': {value: 'application/problem+json'}, 'cache-control': {value: 'no-store'}},
        JSON.stringify(document));
}

async function Key() {
    try {
        const key = await cf.kvs().get(kKeyName);
        return key.length < kShortestKey ? '' : key;
    } catch (error) {
        return '';
    }
}

// What CloudFront calls: answers the request, without its token, for the origin; or a refusal.
async function handler(event) {
    const request = event.request;
    if (request.method === 'OPTIONS') {
        return Answer(204, 'No Content', {}, '');
    }
    const key = await Key();
    if (key === '') {
        return Refused('storage_unavailable');
    }
    const refusal = RefusalOfPlayback(key, Math.floor(Date.now() / 1000), {method: request.method, uri: request.uri});
    if (refusal) {
        return Refused(refusal);
    }
    // Each segment is encoded anew: S3 gets the key that was verified, and nothing that reads otherwise.
    request.uri = '/media/' + Parse(request.uri, 'media').segments.map(encodeURIComponent).join('/');
    request.querystring = {};
    return request;
}
