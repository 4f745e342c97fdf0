"""Addresses of the places room."""

from django.urls import path

from .pages import agencies, layers, public, streets

urlpatterns = [
    path("places/", public.AREA_LIST.as_view(), name="places"),
    path("places/registered/<str:place_id>/", public.PLACE_PAGE.as_view(), name="place"),
    path("places/<str:layer>/<str:code>/", public.AREA_PAGE.as_view(), name="area"),
    path("desk/places/agencies/", agencies.DISTRICT_AGENCIES.as_view(), name="places_agencies"),
    path("desk/places/layers/", layers.LIST.as_view(), name="places_layers"),
    path("desk/places/new-layer/", layers.BRING.as_view(), name="places_layers_new"),
    path("desk/places/layers/<str:layer>/", layers.show_layer, name="places_layer"),
    path("desk/places/layers/<str:layer>/remove/", layers.REMOVE.as_view(), name="places_layer_remove"),
    path("desk/places/streets/", streets.show_streets, name="places_streets"),
    path("desk/places/new-streets/", streets.BRING.as_view(), name="places_streets_new"),
    path("desk/places/streets/remove/", streets.REMOVE.as_view(), name="places_streets_remove"),
]
