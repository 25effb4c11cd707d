"""Runs a Python handler: loads it, asks the Runtime API for events, answers them.

One raw socket carries everything; the request for the next event is written together with each answer, except
after an init error, which ends the process. Python 3.9 and later, standard library only.
"""

import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback
from decimal import Decimal

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
PREFIX = "/2018-06-01/runtime/"
NEXT = f"GET {PREFIX}invocation/next HTTP/1.1\r\nHost: {API}\r\n\r\n".encode()

current_request_id = ""


class Fault(Exception):
    """A failure that the runtime describes, not the handler."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = f"Runtime.{error_type}"
        self.trace = trace or []


# Runtime API


class Connection:
    """The one connection to the Runtime API."""

    def __init__(self):
        host, port = API.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def read_answer(self):
        """Reads one answer: its status, its headers in lower case, its body."""
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        parts = [rest]
        received = len(rest)
        while received < length:
            self.buffer = b""
            self._receive()
            parts.append(self.buffer)
            received += len(self.buffer)
        body = b"".join(parts)
        self.buffer = body[length:]
        return int(lines[0].split(" ")[1]), headers, body[:length]

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            # Without its Runtime API a process has nothing left to do.
            sys.exit(1)
        self.buffer += data


def create_post(path, body, error_type=None):
    header = ""
    if error_type is not None:
        safe = error_type.encode("ascii", "replace").decode()
        header = f"Lambda-Runtime-Function-Error-Type: {safe}\r\n"
    head = (
        f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {API}\r\n"
        f"Content-Type: application/json\r\n{header}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# JSON


def encode_unknown(value):
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def to_json(value):
    text = json.dumps(value, ensure_ascii=False, default=encode_unknown)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form, but it has an escape.
        return json.dumps(value, default=encode_unknown).encode()


# Errors


def create_error(message, error_type, trace, request_id=""):
    return {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": request_id,
        "stackTrace": trace,
    }


def describe(error, request_id=""):
    if isinstance(error, Fault):
        return create_error(str(error), error.error_type, error.trace, request_id)
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename == __file__:
        del frames[0]
    return create_error(str(error), type(error).__name__, traceback.format_list(frames), request_id)


def log_error(document):
    if is_json_log:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = to_json({"timestamp": stamp, "log_level": "ERROR", **document}).decode()
        sys.stdout.write(f"{line}\n")
        return
    trace = "".join(f"\n{line.rstrip()}" for line in document["stackTrace"])
    sys.stdout.write(
        f"[ERROR] {document['errorType']}: {document['errorMessage']}\nTraceback (most recent call last):{trace}\n"
    )


# Logging

is_json_log = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


class LogHandler(logging.Handler):
    """Writes to standard output as it is at the moment, so that a redirected one is respected."""

    def emit(self, record):
        try:
            sys.stdout.write(self.format(record))
        except Exception:
            self.handleError(record)


class TextFormatter(logging.Formatter):
    def __init__(self):
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
            "%Y-%m-%dT%H:%M:%S",
        )

    def format(self, record):
        return super().format(record) + "\n"


class JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            error_type, error, trace = record.exc_info
            line["errorType"] = error_type.__name__ if error_type else ""
            line["errorMessage"] = str(error)
            line["stackTrace"] = traceback.format_tb(trace)
        return json.dumps(line, ensure_ascii=False, default=str) + "\n"


def add_request_id(record):
    record.aws_request_id = current_request_id
    return True


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = LogHandler()
    handler.setFormatter(JsonFormatter() if is_json_log else TextFormatter())
    handler.addFilter(add_request_id)
    root = logging.getLogger()
    root.addHandler(handler)
    level = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(
        os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper(),
        os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper(),
    )
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"):
        root.setLevel(level)


# Context


class CognitoIdentity:
    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class Client:
    def __init__(self, values):
        self.installation_id = values.get("installation_id")
        self.app_title = values.get("app_title")
        self.app_version_name = values.get("app_version_name")
        self.app_version_code = values.get("app_version_code")
        self.app_package_name = values.get("app_package_name")


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        client = values.get("client")
        self.client = None if client is None else Client(client)


class LambdaContext:
    """What a handler is told about its invocation and its function."""

    def __init__(self, request_id, headers):
        environment = os.environ
        self.aws_request_id = request_id
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        client_context = read_json_header(headers, "lambda-runtime-client-context", "Client Context")
        self.client_context = None if client_context is None else ClientContext(client_context)
        identity = read_json_header(headers, "lambda-runtime-cognito-identity", "Cognito Identity")
        self.identity = CognitoIdentity(identity or {})
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", "0"))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


def read_json_header(headers, name, title):
    text = headers.get(name)
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Fault("LambdaContextUnmarshalError", f"Unable to parse {title} JSON: {error}") from error


# Handler


def load_handler(text):
    module_name, dot, function_name = text.rpartition(".")
    if not dot:
        raise Fault(
            "MalformedHandlerName",
            f"Bad handler '{text}': not enough values to unpack (expected 2, got 1)",
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", trace) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        raise Fault(
            "HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        ) from error


def handle(handler, request_id, headers, body):
    """Runs the handler; the request that carries its answer."""
    path = f"invocation/{request_id}/"
    try:
        context = LambdaContext(request_id, headers)
        try:
            event = json.loads(body)
        except ValueError as error:
            raise Fault("UnmarshalError", f"Unable to unmarshal input: {error}") from error
        result = handler(event, context)
        try:
            answer = to_json(result)
        except (TypeError, ValueError, RecursionError) as error:
            raise Fault("MarshalError", f"Unable to marshal response: {error}") from error
        return create_post(path + "response", answer)
    except Exception as error:
        document = describe(error, request_id)
        log_error(document)
        return create_post(path + "error", to_json(document), document["errorType"])


def flush_logs():
    """What was printed leaves before the answer does, so the log is complete when the answer arrives."""
    sys.stdout.flush()
    sys.stderr.flush()


def main():
    global current_request_id
    # The folder of this file is no place to import from; the function's folder is.
    sys.path[0] = TASK_ROOT
    connection = Connection()
    set_up_logging()
    try:
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:
        document = describe(error)
        log_error(document)
        flush_logs()
        connection.send(create_post("init/error", to_json(document), document["errorType"]))
        connection.read_answer()
        sys.exit(1)
    connection.send(NEXT)
    while True:
        _, headers, body = connection.read_answer()
        request_id = headers.get("lambda-runtime-aws-request-id")
        if request_id is None:
            # A refusal: there is no event to work on.
            sys.exit(1)
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        current_request_id = request_id
        answer = handle(handler, request_id, headers, body)
        flush_logs()
        connection.send(answer + NEXT)
        connection.read_answer()


if __name__ == "__main__":
    main()
