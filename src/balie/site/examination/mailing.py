"""The mail server: whether it answers, and lets us in. No mail is sent."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence

from balie.site.configuration import Configuration, MailServer
from balie.site.examination.observation import Observation, broken, fine, look

ABOUT = "mail server"


async def mailing(configuration: Configuration, within: float) -> Sequence[Observation]:
    """Says hello to the mail server, as a mail would."""
    server = configuration.mail
    if server is None:
        if configuration.demo:
            return (fine(ABOUT, "none: the demo keeps its mail in an outbox"),)
        return ()  # the settings told it already
    return (await asyncio.to_thread(_greeted, server, within),)


def _greeted(server: MailServer, within: float) -> Observation:
    place = f"{server.host}:{server.port}"
    try:
        _greet(server, within)
    except smtplib.SMTPAuthenticationError:
        return broken(ABOUT, f"{place} refuses our user or password", "Look at BALIE_MAIL_URL.")
    except ssl.SSLError as error:
        return broken(
            ABOUT, f"{place}: {error.reason}", "Its certificate, or  tls=  in BALIE_MAIL_URL."
        )
    except (OSError, smtplib.SMTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return broken(ABOUT, f"{place} does not answer as a mail server: {why}", "Is it reachable?")
    if not server.tls:
        return look(
            ABOUT, f"{place} answers, without encryption", "?tls=starttls in BALIE_MAIL_URL"
        )
    return fine(ABOUT, f"{place} answers{', and lets us in' if server.user else ''}")


def _greet(server: MailServer, within: float) -> None:
    context = ssl.create_default_context()
    if server.tls == "tls":
        mail: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=within, context=context
        )
    else:
        mail = smtplib.SMTP(server.host, server.port, timeout=within)
    with mail:
        mail.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            mail.starttls(context=context)
        if server.user:
            mail.login(server.user, server.password)
