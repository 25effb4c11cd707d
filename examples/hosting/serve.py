"""A program that listens on a port; a server in any language takes its place."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Books(BaseHTTPRequestHandler):
    def do_GET(self):
        context = json.loads(self.headers.get("x-amzn-request-context", "{}"))
        iam = (context.get("authorizer") or {}).get("iam") or {}
        body = json.dumps({"path": self.path, "calledBy": iam.get("userArn")}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", int(os.environ.get("AWS_LWA_PORT", "8080"))), Books)
print(server.server_port, flush=True)
server.serve_forever()
