"""Addresses of this room."""

from django.urls import path

from accounts.views import claim, contacts, identity, people, sign_ins, slips, stewards, tokens

app_name = "accounts"
urlpatterns = [
    path("me/", identity.me, name="me"),
    path("switch/", identity.switch_identity, name="switch_identity"),
    path("people/", people.people, name="people"),
    path("people/units/", people.units, name="units"),
    path("people/slips/", slips.slip_list, name="slip_list"),
    path("people/slips/new/", slips.slip_create, name="slip_create"),
    path("people/new/<int:organization_id>/", people.person_create, name="person_create"),
    path("people/<int:pk>/", people.person, name="person"),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/new/", tokens.token_create, name="token_create"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("sign-ins/", sign_ins.sign_in_list, name="sign_in_list"),
    path("sign-ins/end/", sign_ins.sign_in_end, name="sign_in_end"),
    path("people/<int:pk>/second-factor/", sign_ins.second_factor_reset, name="second_factor_reset"),
    path("people/<int:pk>/change/", people.person_change, name="person_change"),
    path("people/<int:pk>/memberships/new/<int:organization_id>/", people.membership_create, name="membership_create"),
    path("people/<int:pk>/<slug:deed>/", people.person_act, name="person_act"),
    path("memberships/<int:pk>/end/", people.membership_end, name="membership_end"),
    path("stewards/", stewards.steward_list, name="steward_list"),
    path("stewards/new/<int:membership_id>/", stewards.steward_create, name="steward_create"),
    path("stewards/<int:pk>/end/", stewards.steward_end, name="steward_end"),
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("contacts/<int:pk>/end/", contacts.contact_end, name="contact_end"),
    path("invitations/", contacts.invitation_list, name="invitation_list"),
    path("invitations/new/", contacts.invitation_create, name="invitation_create"),
    path("invitations/<int:pk>/revoke/", contacts.invitation_revoke, name="invitation_revoke"),
    path("claim/", claim.claim, name="claim"),
    path("claim/confirm/", claim.claim_confirm, name="claim_confirm"),
]
