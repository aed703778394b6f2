"""A service as the gateway sees one: HTTP/1.1 on a unix socket. It answers what the test put into `answer` and keeps what it
was asked."""

import http.server
import os
import socketserver
import threading


class Upstream:
    def __init__(self, path):
        self.path = path
        self.requests = []
        self.connections = 0
        self.answer = lambda handler: handler.reply(200, {}, b"{}")
        self._start()

    def _start(self):
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = False  # there is none on a unix socket

            def setup(self):
                upstream.connections += 1
                super().setup()

            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                self.body = self.rfile.read(length)
                upstream.requests.append(self)
                upstream.answer(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self):
                return "gateway"

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            request_queue_size = 256

        self._server = Server(self.path, Handler)
        os.chmod(self.path, 0o666)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        """Nobody listens any more."""
        self._server.shutdown()
        self._server.server_close()
        os.unlink(self.path)

    def restart(self):
        self._start()

    def reset(self):
        self.requests.clear()
        self.answer = lambda handler: handler.reply(200, {}, b"{}")
