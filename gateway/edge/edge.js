// Decides at the edge which signed URL opens what. Pure, and the same file in NGINX (njs) and in a CloudFront Function; the tokens
// are made by platform/token/edge_token.cpp:
//
//   upload     PUT /storage/<token>/<key>   <expiry>.<size>.<mac>    mac over "upload\n<expiry>\n<size>\n<content type>\n<key>"
//   playback   GET /media/<token>/<path>    <expiry>.<depth>.<mac>   mac over "playback\n<expiry>\n<depth>\n<prefix>"
//
// <prefix>: the first <depth> segments of the path.
//
// nginx.js uses it in NGINX; CloudFront runs cloudfront.js and this file as one, without the last line.

const crypto = require('crypto');  // the form that both have

const kToken = /^([0-9]{1,12})\.([0-9]{1,16})\.([A-Za-z0-9_-]{43})$/;

// In time that depends on the lengths only.
function Equal(a, b) {
    if (a.length !== b.length) {
        return false;
    }
    let difference = 0;
    for (let i = 0; i < a.length; i++) {
        difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
    }
    return difference === 0;
}

function Mac(key, lines) {
    return crypto.createHmac('sha256', key).update(lines.join('\n')).digest('base64url');
}

function IsPlainSegment(segment) {
    return segment !== '' && segment !== '.' && segment !== '..' && !/[\x00-\x1f\x7f\/\\]/.test(segment);
}

// The token and the decoded segments behind it of /<root>/<token>/<path>; null for any other address, and for one that tries to
// climb: each segment is decoded by itself, so that nothing encoded can become a slash or a step up.
function Parse(uri, root) {
    const raw = uri.split('?')[0].split('/');
    if (raw.length < 4 || raw[0] !== '' || raw[1] !== root) {
        return null;
    }
    const segments = [];
    for (let i = 3; i < raw.length; i++) {
        let segment;
        try {
            segment = decodeURIComponent(raw[i]);
        } catch (error) {
            return null;
        }
        if (!IsPlainSegment(segment)) {
            return null;
        }
        segments.push(segment);
    }
    return {token: kToken.exec(raw[2]), segments: segments};
}

// The path behind the token, decoded; '' when there is none.
function Path(uri, root) {
    const parsed = Parse(uri, root);
    return parsed ? parsed.segments.join('/') : '';
}

// '' when the upload may go on, else the code of the refusal. `now`: Unix seconds. `request`: method, uri (as it came),
// contentType and contentLength (as in the headers, '' without one).
function RefusalOfUpload(key, now, request) {
    const parsed = Parse(request.uri, 'storage');
    if (!parsed || !parsed.token) {
        return 'upload_token_invalid';
    }
    if (request.method !== 'PUT') {
        return 'method_not_allowed';
    }
    const token = parsed.token;
    const mac = Mac(key, ['upload', token[1], token[2], request.contentType, parsed.segments.join('/')]);
    if (!Equal(mac, token[3])) {
        return 'upload_token_invalid';
    }
    if (Number(token[1]) <= now) {
        return 'upload_token_expired';
    }
    if (request.contentLength === '') {
        return 'upload_length_required';
    }
    return request.contentLength === token[2] ? '' : 'upload_size_mismatch';
}

// '' when the object may be read, else the code of the refusal. `request`: method and uri.
function RefusalOfPlayback(key, now, request) {
    const parsed = Parse(request.uri, 'media');
    if (!parsed || !parsed.token) {
        return 'playback_token_invalid';
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
        return 'method_not_allowed';
    }
    const token = parsed.token;
    const depth = Number(token[2]);
    if (depth < 1 || parsed.segments.length <= depth) {
        return 'playback_token_invalid';
    }
    const mac = Mac(key, ['playback', token[1], token[2], parsed.segments.slice(0, depth).join('/')]);
    if (!Equal(mac, token[3])) {
        return 'playback_token_invalid';
    }
    return Number(token[1]) > now ? '' : 'playback_token_expired';
}

export default {RefusalOfUpload, RefusalOfPlayback, Path};
