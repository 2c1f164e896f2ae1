from django.urls import path

from privacy.datamap import views

urlpatterns = [
    path("data-map/", views.data_map, name="data_map"),
    path("data-map.<str:form>", views.data_map_file, name="data_map_file"),
]
