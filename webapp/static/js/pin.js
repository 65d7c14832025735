// The clinic's pin: dragged, or the map pressed, and the two fields say where. The fields are the truth.
const L = window.L;
const holder = document.getElementById("map");
const data = JSON.parse(document.getElementById("map-data").textContent);
const [lat, lng] = ["lat", "lng"].map((name) => document.getElementById(name));
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const DISTRICTS_BELOW_ZOOM = 13;
// Names alone say little from near: far enough that a station or two are seen.
const NAMES_ZOOM = 15;

function typed() {
  const here = [lat, lng].map((field) => Number.parseFloat(field.value));
  return here.every(Number.isFinite) ? L.latLng(here) : null;
}

function say({ lat: north, lng: east }) {
  lat.value = north.toFixed(6);
  lng.value = east.toFixed(6);
}

function ground(map) {
  if (data.tiles) {
    L.tileLayer(data.tiles.url, { attribution: data.tiles.attribution, maxZoom: 19 }).addTo(map);
    return;
  }
  map.createPane("names").style.zIndex = 450; // under the pin, which is at 600
  for (const { name, station, lat: north, lng: east } of data.names) {
    const words = document.createElement("span");
    words.textContent = name;
    L.marker([north, east], {
      icon: L.divIcon({ className: station ? "map-name station" : "map-name district", html: words, iconSize: null }),
      interactive: false, keyboard: false, pane: "names",
    }).addTo(map);
  }
  const far = () => holder.classList.toggle("far", map.getZoom() < DISTRICTS_BELOW_ZOOM);
  map.on("zoomend", far);
  far();
}

if (L && data.centre) {
  holder.hidden = false;
  document.querySelector("[data-with-map]").hidden = false;
  const start = typed() ?? L.latLng(data.centre.lat, data.centre.lng);
  const map = L.map(holder, {
    attributionControl: Boolean(data.tiles), zoomControl: false, scrollWheelZoom: false,
    fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still, maxZoom: 19, minZoom: 9,
  }).setView(start, data.tiles ? 17 : NAMES_ZOOM);
  L.control.zoom({ zoomInTitle: holder.dataset.zoomIn, zoomOutTitle: holder.dataset.zoomOut }).addTo(map);
  ground(map);
  const pin = L.marker(start, {
    icon: L.divIcon({ className: "pin", iconSize: [28, 28] }),
    draggable: true, autoPan: true, title: holder.dataset.pin, alt: holder.dataset.pin,
  }).addTo(map);
  pin.getElement().setAttribute("aria-label", holder.dataset.pin);
  const put = (point) => {
    pin.setLatLng(point);
    say(point);
  };
  pin.on("dragend", () => say(pin.getLatLng()));
  map.on("click", (event) => put(event.latlng));
  // With the keyboard the map moves under its middle; Return on the pin puts it there.
  pin.on("keypress", (event) => event.originalEvent.key === "Enter" && put(map.getCenter()));
  for (const field of [lat, lng]) {
    field.addEventListener("change", () => {
      const point = typed();
      if (point) {
        pin.setLatLng(point);
        map.panTo(point);
      }
    });
  }
}
