"""Routes of the access room, mounted at the root."""

from __future__ import annotations

from django.urls import path

from .views import account, people, signing

app_name = "access"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/language/", account.language, name="language"),
    path("account/sessions/<int:session_id>/end/", account.end_session, name="session-end"),
    path("account/tokens/", account.create_token, name="token-create"),
    path("account/tokens/<int:token_id>/revoke/", account.revoke_token, name="token-revoke"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/@<str:username>/", people.person, name="person"),
    path("people/@<str:username>/roles/", people.roles, name="person-roles"),
    path("people/@<str:username>/reset/", people.reset, name="person-reset"),
    path("people/@<str:username>/close/", people.close, name="person-close"),
    path("people/@<str:username>/reopen/", people.reopen, name="person-reopen"),
    path("people/@<str:username>/unlock/", people.unlock, name="person-unlock"),
]
