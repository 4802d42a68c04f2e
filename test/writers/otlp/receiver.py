"""An OTLP receiver for tests: the official generated types behind grpcio and Python's own HTTP server.

Says what it got as JSON lines on stdout: first its ports, then one line for each request, once that has been decided. Takes JSON
lines on stdin and confirms each with {"done": true}:

    {"next": [ANSWER, ...]}     how to answer the next requests; after those, everything is taken
    {"always": ANSWER}          how to answer all that `next` does not speak of; forgets what was told before

An ANSWER: {} takes it. {"rejected": N, "message": M}: partial success. {"code": NAME, "message": M, "retryDelayMs": D}: a gRPC
status, with RetryInfo when D is there. {"status": N, "headers": {...}, "body": TEXT, "bodyType": T}: an HTTP answer.
{"hold": true}: does not take it and says nothing, until the caller has left. {"delayMs": N}: takes it, but answers later.
{"die": true}: ends the process at once. {"drop": true}: takes it, and ends the connection instead of answering (HTTP).
"""

import argparse
import base64
import gzip
import json
import os
import select
import socket
import ssl
import sys
import threading
import time
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc

lock = threading.Lock()
answers = []
always = {}


def say(message):
    with lock:
        print(json.dumps(message), flush=True)


def next_answer():
    with lock:
        answer = answers.pop(0) if answers else dict(always)
    if answer.get("die"):
        os._exit(1)
    time.sleep(answer.get("delayMs", 0) / 1000)
    return answer


def tell(protocol, size, headers, request, taken):
    # MessageToDict leaves away what is absent or zero; bytes become base64, 64-bit integers strings.
    say(
        {
            "protocol": protocol,
            "bytes": size,
            "headers": headers,
            "taken": taken,
            "resourceLogs": json_format.MessageToDict(request).get("resourceLogs", []),
        }
    )


def partial_success(answer):
    response = logs_service_pb2.ExportLogsServiceResponse()
    if "rejected" in answer or "message" in answer:
        response.partial_success.rejected_log_records = answer.get("rejected", 0)
        response.partial_success.error_message = answer.get("message", "")
    return response


def status_of(answer, code):
    status = status_pb2.Status(code=code, message=answer.get("message", ""))
    if "retryDelayMs" in answer:
        info = error_details_pb2.RetryInfo()
        info.retry_delay.FromMilliseconds(answer["retryDelayMs"])
        status.details.add().Pack(info)
    return status


class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def Export(self, request, context):
        answer = next_answer()
        headers = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        while answer.get("hold") and context.is_active():
            time.sleep(0.005)
        taken = not {"code", "hold"} & answer.keys()
        tell("grpc", request.ByteSize(), headers, request, taken)
        if "code" in answer:
            code = grpc.StatusCode[answer["code"]]
            details = status_of(answer, code.value[0]).SerializeToString()
            context.set_trailing_metadata((("grpc-status-details-bin", details),))
            context.abort(code, answer.get("message", ""))
        return partial_success(answer)


class Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        answer = next_answer()
        while answer.get("hold") and not self.caller_has_left():
            time.sleep(0.005)
        taken = not {"status", "hold"} & answer.keys()
        headers = {key.lower(): value for key, value in self.headers.items()}
        headers[":path"] = self.path
        request = logs_service_pb2.ExportLogsServiceRequest.FromString(body)
        tell("http", len(body), headers, request, taken)
        if answer.get("drop"):
            self.close_connection = True
            return
        self.answer(answer)

    def answer(self, answer):
        kind = answer.get("bodyType", "application/x-protobuf")
        if "body" in answer:
            body = answer["body"].encode()
        elif "bodyBase64" in answer:
            body = base64.b64decode(answer["bodyBase64"])
        elif "status" in answer:
            body = status_of(answer, 0).SerializeToString()
        else:
            body = partial_success(answer).SerializeToString()
        try:
            self.send_response(answer.get("status", 200))
            for key, value in answer.get("headers", {}).items():
                self.send_header(key, value)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def caller_has_left(self):
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return False
        if isinstance(self.connection, ssl.SSLSocket):
            return True
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def log_message(self, *_):
        pass


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grpc-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    options = parser.parse_args()

    # grpcio's own bound for received messages, 4 MiB, stays as it is: other receivers have it too. Ports are not shared.
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.so_reuseport", 0)])
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server(Logs(), server)
    http = ThreadingHTTPServer(("127.0.0.1", options.http_port), Http)
    http.daemon_threads = True
    address = f"127.0.0.1:{options.grpc_port}"
    if options.cert:
        ca = read(options.client_ca) if options.client_ca else None
        pair = ((read(options.key), read(options.cert)),)
        grpc_port = server.add_secure_port(
            address, grpc.ssl_server_credentials(pair, root_certificates=ca, require_client_auth=ca is not None)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
        if options.client_ca:
            context.load_verify_locations(options.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        http.socket = context.wrap_socket(http.socket, server_side=True)
    else:
        grpc_port = server.add_insecure_port(address)
    server.start()
    threading.Thread(target=http.serve_forever, daemon=True).start()
    say({"grpcPort": grpc_port, "httpPort": http.server_port})

    for line in sys.stdin:
        command = json.loads(line)
        with lock:
            if "always" in command:
                answers.clear()
                always.clear()
                always.update(command["always"])
            answers.extend(command.get("next", []))
        say({"done": True})
    os._exit(0)


main()
