// The edge inside NGINX: its variables in, verdicts and problem documents out.

import edge from 'edge.js';

const kShortestKey = 32;  // bytes, as platform/storage asks of its own copy

function Refusal(verify, request) {
    const key = process.env.DESCANT_STORAGE_KEY || '';
    if (key.length < kShortestKey) {
        return 'storage_unavailable';
    }
    return verify(key, Math.floor(Date.now() / 1000), request);
}

// $upload_refusal, $playback_refusal: '' or the code of a problem.
function UploadRefusal(r) {
    return Refusal(edge.RefusalOfUpload, {
        method: r.method,
        uri: r.variables.request_uri,
        contentType: r.variables.content_type || '',
        contentLength: r.headersIn['Transfer-Encoding'] ? '' : r.variables.content_length || '',
    });
}

function PlaybackRefusal(r) {
    return Refusal(edge.RefusalOfPlayback, {method: r.method, uri: r.variables.request_uri});
}

// $upload_path, $playback_path: of the object, decoded, without the token.
function UploadPath(r) {
    return edge.Path(r.variables.request_uri, 'storage');
}

function PlaybackPath(r) {
    return edge.Path(r.variables.request_uri, 'media');
}

const kProblems = {
    upload_token_invalid: [403, 'Not allowed', 'This upload URL is not valid for this object and content type.'],
    upload_token_expired: [403, 'Not allowed', 'This upload URL has expired. Ask for a new one.'],
    upload_length_required: [411, 'Length required', 'An upload has to say its length in advance.'],
    upload_size_mismatch: [400, 'Malformed request', 'The length is not the one that the upload URL was made for.'],
    upload_exists: [409, 'Conflict with the present state', 'This upload URL has been used, or is being used, already.'],
    playback_token_invalid: [403, 'Not allowed', 'This playback URL is not valid.'],
    playback_token_expired: [403, 'Not allowed', 'This playback URL has expired. Ask for a new one.'],
    storage_unavailable: [503, 'Not available at the moment', 'Storage is not available. Try again.'],

    malformed_request: [400, 'Malformed request', 'This is not a request that can be understood.'],
    forbidden: [403, 'Not allowed', 'This is not allowed.'],
    not_found: [404, 'Not found', 'There is no such object in storage.'],
    route_not_found: [404, 'Not found', 'There is nothing at this path.'],
    method_not_allowed: [405, 'Method not allowed', 'This cannot be done here.'],
    request_timeout: [408, 'Request timeout', 'The request took too long to arrive.'],
    length_required: [411, 'Length required', 'The request has to say its length.'],
    body_too_large: [413, 'Too large', 'The body is larger than this route takes.'],
    uri_too_long: [414, 'URI too long', 'The address is too long.'],
    range_not_satisfiable: [416, 'Range not satisfiable', 'The range lies outside of the file.'],
    headers_too_large: [431, 'Headers too large', 'The request headers are too large.'],
    rate_limited: [429, 'Too many requests', 'Too many attempts. Try again in a moment.'],
    internal: [500, 'Internal error', 'Something went wrong here; the request id helps to find out what.'],
    service_unavailable: [503, 'Not available at the moment', 'The service is not available. Try again in a moment.'],
};

// Of errors that NGINX itself answers with, by its status.
const kCodes = {
    400: 'malformed_request', 403: 'forbidden', 404: 'route_not_found', 405: 'method_not_allowed', 408: 'request_timeout',
    409: 'upload_exists', 411: 'length_required', 413: 'body_too_large', 414: 'uri_too_long', 416: 'range_not_satisfiable',
    429: 'rate_limited', 431: 'headers_too_large', 494: 'headers_too_large', 503: 'service_unavailable',
};

// What went wrong: $refusal, or else what the status says that NGINX came here with.
function ProblemCode(r) {
    const status = r.variables.status;
    if (status === '404' && r.variables.request_uri.startsWith('/media/')) {
        return 'not_found';
    }
    return r.variables.refusal || kCodes[status] || 'internal';
}

// $problem: the problem document (RFC 9457).
function Problem(r) {
    const code = ProblemCode(r);
    const problem = kProblems[code];
    return JSON.stringify({
        type: 'about:blank',
        title: problem[1],
        status: problem[0],
        code: code,
        detail: problem[2],
        request_id: r.variables.known_request_id,
    });
}

// The status and headers that go with it.
function ProblemHeaders(r) {
    const code = ProblemCode(r);
    r.status = kProblems[code][0];
    r.headersOut['Cache-Control'] = 'no-store';
    if (r.status === 429 || r.status === 503) {
        r.headersOut['Retry-After'] = '1';
    }
    if (r.status === 405) {
        r.headersOut['Allow'] = r.variables.allowed_methods || 'GET, HEAD';
    }
}

export default {UploadRefusal, PlaybackRefusal, UploadPath, PlaybackPath, Problem, ProblemHeaders};
