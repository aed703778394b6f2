"""What S3 permits by the policies of deploy/terraform/access.tf: a proxy in front of an S3 server that passes on what a service's policy
allows, and refuses the rest as S3 does. (That server knows owners of buckets, and no policies.)"""

import contextlib
import fnmatch
import http.client
import http.server
import json
import re
import sys
import threading
import urllib.parse
import xml.etree.ElementTree as xml

from stack import ROOT

sys.path.insert(0, str(ROOT / "tests" / "terraform"))

import hcl  # noqa: E402

BLOCK = 1 << 16
REFUSAL = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no policy allows it</Message></Error>'


def policy(service):
    """(action, pattern of "/" and a key, or "" for the bucket) for all that the service may do."""
    text = (ROOT / "deploy" / "terraform" / "access.tf").read_text()
    [document] = [block for block in hcl.parse(text).all("data") if block.labels == ["aws_iam_policy_document", service]]
    return [(action, resource)
            for statement in document.all("statement")
            for action in json.loads(statement.arguments["actions"])
            for resource in resources(statement.arguments["resources"])]


def resources(expression):
    quoted = re.findall(r'"\$\{aws_s3_bucket\.media\.arn\}(/[^"]*)"', expression)
    return quoted or [""] * (expression.strip() == "[aws_s3_bucket.media.arn]")


def asked(method, path, query, body):
    """The (action, "/" and key) pairs that S3 asks the policy for: "Required permissions for Amazon S3 API operations"."""
    _, _, key = path.removeprefix("/").partition("/")
    key = "/" + urllib.parse.unquote(key) if key else ""
    if not key and method == "POST" and "delete" in query:
        namespace = "{http://s3.amazonaws.com/doc/2006-03-01/}"
        return [("s3:DeleteObject", "/" + name.text) for name in xml.fromstring(body).iter(namespace + "Key")]
    if not key:
        return [("s3:ListBucketMultipartUploads" if "uploads" in query else "s3:ListBucket", "")]
    if method == "GET" and "uploadId" in query:
        return [("s3:ListMultipartUploadParts", key)]
    if method == "DELETE":
        return [("s3:AbortMultipartUpload" if "uploadId" in query else "s3:DeleteObject", key)]
    return [("s3:GetObject" if method in ("GET", "HEAD") else "s3:PutObject", key)]


class Gate:
    """In front of the S3 server at `target`, for whoever has this service's credentials."""

    def __init__(self, service, target):
        self.allowed = policy(service)
        self.used = set()  # actions
        self.refused = []  # (action, key)
        gate, address = self, urllib.parse.urlsplit(target).netloc

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                parts = urllib.parse.urlsplit(self.path)
                query = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
                length = int(self.headers.get("Content-Length") or 0)
                small = self.rfile.read(length) if self.command == "POST" else None
                if self.command != "OPTIONS" and not gate.permits(asked(self.command, parts.path, query, small)):
                    self.close_connection = True
                    self.send_response(403)
                    self.send_header("Content-Length", str(len(REFUSAL)))
                    self.end_headers()
                    self.wfile.write(REFUSAL if self.command != "HEAD" else b"")
                    return
                server = http.client.HTTPConnection(address, timeout=120)
                with contextlib.closing(server):
                    server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                    for name, value in self.headers.items():
                        if name.lower() not in ("connection", "expect"):
                            server.putheader(name, value)
                    server.endheaders(small)
                    while small is None and length > 0:
                        block = self.rfile.read(min(BLOCK, length))
                        if not block:
                            self.close_connection = True
                            return
                        server.send(block)
                        length -= len(block)
                    answer = server.getresponse()
                    self.send_response_only(answer.status, answer.reason)
                    sized = answer.getheader("Content-Length") is not None
                    for name, value in answer.getheaders():
                        if name.lower() not in ("connection", "transfer-encoding"):
                            self.send_header(name, value)
                    if not sized and answer.status not in (204, 304):
                        self.close_connection = True
                    self.end_headers()
                    while block := answer.read(BLOCK):
                        self.wfile.write(block)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = pass_on

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # clients may go at any time

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def permits(self, wanted):
        refused = [(action, key) for action, key in wanted
                   if not any(action == allowed and fnmatch.fnmatchcase(key, pattern) for allowed, pattern in self.allowed)]
        self.used |= {action for action, _ in wanted}
        self.refused += refused
        return not refused

    def close(self):
        self.server.shutdown()
        self.server.server_close()
