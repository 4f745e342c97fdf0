"""Addresses of this service's pages."""

from django.urls import path

from .pages import desk, forms
from .pages.place import show_place
from .pages.proposing import show_proposing, show_receipt
from .pages.public import show_embed, show_map

DESK = "desk/city_map/"
THEME = f"{DESK}themes/<str:code>/"
PROPOSAL = f"{DESK}proposals/<str:proposal_id>/"
REQUEST = f"{DESK}requests/<str:request_id>/"
urlpatterns = [
    path("city_map/", show_map, name="city_map"),
    path("city_map/embed/", show_embed, name="city_map-embed"),
    path("city_map/places/<str:collection>/<path:feature>/", show_place, name="city_map-place"),
    path("city_map/propose/<str:code>/", show_proposing, name="city_map-propose"),
    path("city_map/proposals/<str:receipt>/", show_receipt, name="city_map-receipt"),
    path(DESK, desk.show_desk, name="city_map-desk"),
    path(f"{DESK}themes/", desk.THEME_LIST.as_view(), name="city_map-themes"),
    path(f"{DESK}places/", desk.PLACE_LIST.as_view(), name="city_map-places"),
    path(f"{DESK}themes/new/", forms.CREATE.as_view(), name="city_map-create"),
    path(THEME, desk.THEME.as_view(), name="city_map-theme"),
    path(f"{THEME}change/", forms.CHANGE.as_view(), name="city_map-change"),
    path(f"{THEME}submit/", forms.SUBMIT.as_view(), name="city_map-submit"),
    path(f"{THEME}publish/", forms.PUBLISH.as_view(), name="city_map-publish"),
    path(f"{THEME}return/", forms.RETURN.as_view(), name="city_map-return"),
    path(f"{THEME}withdraw/", forms.WITHDRAW.as_view(), name="city_map-withdraw"),
    path(f"{THEME}import/", forms.IMPORT.as_view(), name="city_map-import"),
    path(f"{THEME}fields/new/", forms.ADD_FIELD.as_view(), name="city_map-add-field"),
    path(f"{THEME}fields/<str:name>/remove/", forms.REMOVE_FIELD.as_view(), name="city_map-remove-field"),
    path(f"{THEME}places/new/", forms.ADD_PLACE.as_view(), name="city_map-add-place"),
    path(f"{THEME}places/<str:place_id>/", forms.CHANGE_PLACE.as_view(), name="city_map-change-place"),
    path(f"{THEME}places/<str:place_id>/remove/", forms.REMOVE_PLACE.as_view(), name="city_map-remove-place"),
    path(f"{DESK}proposals/", desk.PROPOSAL_LIST.as_view(), name="city_map-proposals"),
    path(PROPOSAL, desk.PROPOSAL.as_view(), name="city_map-proposal"),
    path(f"{PROPOSAL}accept/", forms.ACCEPT.as_view(), name="city_map-accept"),
    path(f"{PROPOSAL}reject/", forms.REJECT.as_view(), name="city_map-reject"),
    path(f"{DESK}requests/", desk.REQUEST_LIST.as_view(), name="city_map-requests"),
    path(f"{DESK}requests/new/", forms.ASK.as_view(), name="city_map-ask"),
    path(REQUEST, desk.REQUEST.as_view(), name="city_map-request"),
    path(f"{REQUEST}accept/", forms.ACCEPT_REQUEST.as_view(), name="city_map-accept-request"),
    path(f"{REQUEST}reject/", forms.REJECT_REQUEST.as_view(), name="city_map-reject-request"),
]
