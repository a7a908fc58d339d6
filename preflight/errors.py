"""What went wrong between here and AWS, as one sentence that says what to do."""

from botocore import exceptions
from botocore.parsers import ResponseParserError

from preflight.aws import code_of

# What a call of AWS can end in. A proxy's page instead of an answer is none of botocore's other errors.
UNANSWERED = (exceptions.BotoCoreError, exceptions.ClientError, ResponseParserError, OSError)

_DENIED = {
    *("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403", "Forbidden"),
    "AccessDeniedFault",
}
_THROTTLED = {
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException"),
    *("RequestThrottled", "SlowDown", "PriorRequestNotComplete", "503"),
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_INVALID = {
    *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    "AuthFailure",
}

LOG_IN = "log in (`aws sso login`, or AWS_PROFILE=<profile>) and run it again"


def sentence(error: Exception) -> str:
    """For one of UNANSWERED: what did not work, and what to do about it."""
    code, operation = code_of(error), getattr(error, "operation_name", "")
    match error:
        case exceptions.NoCredentialsError() | exceptions.PartialCredentialsError():
            return f"there are no AWS credentials: {LOG_IN}"
        case exceptions.ProfileNotFound() | exceptions.ConfigParseError():
            return f"{_first_line(error)}: set AWS_PROFILE to a profile of ~/.aws/config"
        case exceptions.SSOError() | exceptions.TokenRetrievalError() | exceptions.CredentialRetrievalError():
            return f"AWS credentials could not be had ({_first_line(error)}): {LOG_IN}"
        case exceptions.ClientError() if code in _EXPIRED:
            return f"the AWS credentials have expired: {LOG_IN}"
        case exceptions.ClientError() if code in _INVALID:
            return f"AWS does not know these credentials ({code}): {LOG_IN}"
        case exceptions.ClientError() if code in _DENIED:
            return f"no answer, these credentials may not call {operation}: allow it (docs/preflight.md has the policy)"
        case exceptions.ClientError() if code in _THROTTLED:
            return f"no answer, AWS throttles {operation}: run it again in a minute"
        case exceptions.ClientError():
            message = error.response["Error"].get("Message") or "no more"
            return f"no answer, {operation} says {code}: {_first_line(message)}"
        case ResponseParserError():
            return "no answer, something between here and AWS answers with a page of its own: check the proxy"
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            return f"AWS cannot be reached ({_first_line(error)}): check the network and the proxy"
        case _:
            return f"no answer ({_first_line(error)}): check the network and run it again"


def _first_line(error: object) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".:")
