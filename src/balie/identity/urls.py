"""The addresses under /accounts/. What allauth offers and we do not is named here first."""

from allauth.account.views import password_change, password_set
from allauth.mfa.base.views import reauthenticate
from django.urls import include, path
from django.views.generic import RedirectView

from balie.identity import views
from balie.identity.pages import (
    activating,
    addresses,
    connections,
    cookies,
    elsewhere,
    invited,
    joining,
    known,
    leaving,
    letters,
    looked,
    opened,
    organisations,
    own_sign_in,
    passkeys,
    representatives,
    stepping_up,
    two_steps,
)
from balie.identity.pages.acting_for import acting_for
from balie.identity.pages.proving_by_mail import ProveByMail
from balie.identity.proofs import lately_proved, second_step_proved

_OWN = RedirectView.as_view(pattern_name="my_sign_in")

two_step = [
    path("", _OWN, name="mfa_index"),
    path("needed/", own_sign_in.second_step_needed, name="second_step_needed"),
    path("enter/", two_steps.EnterSecondStep.as_view(), name="mfa_authenticate"),
    path("again/", reauthenticate, name="mfa_reauthenticate"),
    path("app/", lately_proved(two_steps.ConnectApp.as_view()), name="mfa_activate_totp"),
    path(
        "app/remove/", lately_proved(two_steps.DisconnectApp.as_view()), name="mfa_deactivate_totp"
    ),
    path(
        "codes/", lately_proved(two_steps.RecoveryCodes.as_view()), name="mfa_view_recovery_codes"
    ),
    path(
        "codes/new/",
        lately_proved(two_steps.NewRecoveryCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
]
keys = [
    path("", _OWN, name="mfa_list_webauthn"),
    path("add/", lately_proved(passkeys.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("offer/", passkeys.offer, name="offer_passkey"),
    path("enter/", passkeys.SignInWithPasskey.as_view(), name="mfa_login_webauthn"),
    path("again/", passkeys.ProveWithPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path(
        "<int:pk>/remove/",
        lately_proved(passkeys.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "<int:pk>/name/", lately_proved(passkeys.RenamePasskey.as_view()), name="mfa_edit_webauthn"
    ),
]

urlpatterns = [
    path("", own_sign_in.my_sign_in, name="my_sign_in"),
    path("two-step/", include(two_step)),
    path("passkeys/", include(keys)),
    path("demo/<str:email>", views.enter_as, name="enter_as"),
    path("outbox/", views.outbox, name="outbox"),
    # A mail address changes by a form of the service, guarded; not by allauth's page.
    path("email/", views.not_here, name="account_email"),
    path("signup/", views.not_here, name="account_signup"),
    path("login/", elsewhere.SignIn.as_view(), name="account_login"),
    path("login/code/", elsewhere.SendCode.as_view(), name="account_request_login_code"),
    path("with/<slug:name>/", elsewhere.start, name="sign_in_with"),
    path("with/<slug:name>/back/", elsewhere.back, name="back_from"),
    path("with/<slug:name>/logout/", leaving.back_channel, name="back_channel"),
    path("with/<slug:name>/revoke/", leaving.revocation, name="revocation"),
    path("with/<slug:name>/ended/", leaving.front_channel, name="front_channel"),
    path("mail/", opened.opened, name="opened"),
    path("mail/<str:token>/", opened.arrive, name="mail_link"),
    path("activate/", activating.activate, name="activate"),
    path("invitations/", invited.invited, name="invited"),
    path("invitations/<str:token>/", invited.arrive, name="invitation"),
    path("logout/", leaving.SignOut.as_view(), name="account_logout"),
    path("signed-out/", leaving.signed_out, name="signed_out"),
    path("two-steps/", stepping_up.step_up, name="two_steps"),
    path("two-steps/with/<slug:name>/", elsewhere.prove, name="prove_with"),
    path("connections/", connections.all_connections, name="connections"),
    path("connections/add/", connections.add, name="add_connection"),
    path("connections/of/<slug:name>/", connections.change, name="connection"),
    path("known/", known.find, name="find_links"),
    path("known/<str:person>/", known.links_of, name="links_of"),
    path("letters/", letters.letters, name="letters"),
    path("sessions/", leaving.sessions, name="sessions"),
    path("acting-for/", acting_for, name="acting_for"),
    path("organisation/", organisations.members, name="organisation"),
    path("organisation/people/<str:person>/", organisations.member, name="colleague"),
    path("organisation/invite/", organisations.invite_somebody, name="invite_colleague"),
    path(
        "organisation/invited/<uuid:invitation>/",
        organisations.take_back,
        name="take_back_colleague",
    ),
    path("organisation/done/", organisations.deeds, name="organisation_deeds"),
    path("organisation/join/", joining.join, name="join"),
    path(
        "organisation/join/<uuid:asked>/take-back/",
        joining.take_back_asking,
        name="take_back_joining",
    ),
    path("organisation/asked/<uuid:asked>/", joining.decide, name="decide_joining"),
    path("organisation/domains/", joining.domains, name="organisation_domains"),
    path("representatives/", representatives.representatives, name="representatives"),
    path(
        "representatives/invite/",
        representatives.invite_representative,
        name="invite_representative",
    ),
    path(
        "representatives/invited/<uuid:invitation>/",
        representatives.take_back,
        name="take_back_representative",
    ),
    path(
        "representatives/end/<uuid:representation>/",
        representatives.stop,
        name="stop_representing",
    ),
    path("looked/", looked.looked, name="looked"),
    path("cookies/", cookies.cookies, name="cookies"),
    path("reauthenticate/mail/", ProveByMail.as_view(), name="reauthenticate_by_mail"),
    path("address/", lately_proved(addresses.change_address), name="change_address"),
    path("password/change/", second_step_proved(password_change), name="account_change_password"),
    path("password/set/", lately_proved(password_set), name="account_set_password"),
    path("", include("allauth.account.urls")),
]
