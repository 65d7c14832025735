// The map beside the list: the same clinics as pins. The list stays the truth; nothing is only here.
const L = window.L;
const holder = document.getElementById("map");
const data = JSON.parse(document.getElementById("map-data").textContent);
const wide = matchMedia("(min-width: 60rem)");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const DISTRICTS_BELOW_ZOOM = 13;
const pins = new Map();
// Two places in two markets have a frame each; the buttons change it, and so does the card of a clinic in the other.
const switches = [...document.querySelectorAll("[data-map-fits] button")];
let map = null;
let grounds = [];
let shown = 0;

const card = (slug) => document.querySelector(`[data-clinic="${slug}"]`);

function light(slug, on) {
  card(slug)?.classList.toggle("lit", on);
  const wanted = data.fits.findIndex(({ slugs }) => slugs.includes(slug));
  if (on && map && wanted !== shown && holder.offsetParent) show(wanted);
  const pin = pins.get(slug);
  const seen = pin?.getElement();
  if (seen) seen.classList.toggle("lit", on);
  pin?.setZIndexOffset(on ? 1000 : 0);
}

// What lies under the pins of one frame: the places looked around, and names where there are no tiles. Only the frame
// that is looked at is on the map: browsers do not paint what stands a continent away.
function ground({ places, names }) {
  const named = names.map(({ name, station, lat, lng }) => {
    const words = document.createElement("span");
    words.textContent = name;
    const marker = L.marker([lat, lng], {
      icon: L.divIcon({ className: station ? "map-name station" : "map-name district", html: words, iconSize: null }),
      interactive: false,
      keyboard: false,
      pane: "names",
    });
    return { marker, station, width: widthOf(name) };
  });
  const around = places.flatMap(({ lat, lng, radius_m: radius }) => [
    ...(radius ? [L.circle([lat, lng], { radius, className: "map-radius", interactive: false })] : []),
    L.marker([lat, lng], {
      icon: L.divIcon({ className: "map-centre", iconSize: [16, 16] }), interactive: false, keyboard: false,
    }),
  ]);
  return { named, layer: L.layerGroup([...named.map(({ marker }) => marker), ...around]) };
}

// Names that would lie over each other or over a pin are left out, the later ones first.
function arrange() {
  const far = map.getZoom() < DISTRICTS_BELOW_ZOOM;
  holder.classList.toggle("far", far);
  const wideness = map.getSize().x;
  const taken = data.clinics.features.map(({ geometry }) => {
    const { x, y } = map.latLngToContainerPoint([geometry.coordinates[1], geometry.coordinates[0]]);
    return [x - 16, y - 16, x + 16, y + 16];
  });
  for (const { marker, station, width } of grounds[shown].named) {
    const { x, y } = map.latLngToContainerPoint(marker.getLatLng());
    const right = [x + 4, y - 10, x + 10 + width, y + 10];
    const left = [x - 10 - width, y - 10, x - 4, y + 10];
    const free = (far === station) ? undefined : [right, left].find((box) =>
      box[0] >= 0 && box[2] <= wideness && !taken.some((other) =>
        box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
    const seen = marker.getElement();
    seen.classList.toggle("crowded", !free);
    seen.classList.toggle("on-left", free === left);
    if (free) taken.push(free);
  }
}

// Near enough to keep names from lying over each other: Han and Hangul are as wide as the letters are high.
function widthOf(name) {
  return [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7), 0);
}

function pin({ geometry, properties }) {
  const [lng, lat] = geometry.coordinates;
  const marker = L.marker([lat, lng], {
    icon: L.divIcon({ className: "pin", iconSize: [24, 24] }),
    title: properties.name,
    alt: properties.name,
    riseOnHover: true,
  });
  marker.on("add", () => {
    const seen = marker.getElement();
    seen.setAttribute("aria-label", properties.name);
    seen.addEventListener("focus", () => light(properties.slug, true));
    seen.addEventListener("blur", () => light(properties.slug, false));
  });
  marker.on("mouseover", () => light(properties.slug, true));
  marker.on("mouseout", () => light(properties.slug, false));
  marker.on("click keypress", (event) => {
    if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
    const place = card(properties.slug);
    place?.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    place?.querySelector("a")?.focus({ preventScroll: true });
  });
  pins.set(properties.slug, marker);
  return marker;
}

function show(number) {
  grounds[shown].layer.remove();
  shown = number;
  const { slugs, places } = data.fits[number];
  const points = [
    ...slugs.map((slug) => pins.get(slug).getLatLng()),
    ...places.map(({ lat, lng }) => L.latLng(lat, lng)),
  ];
  map.fitBounds(L.latLngBounds(points).pad(0.15), { maxZoom: 16, animate: false });
  grounds[number].layer.addTo(map);
  arrange();
  for (const [index, button] of switches.entries()) button.setAttribute("aria-pressed", String(index === number));
}

function draw() {
  map = L.map(holder, {
    attributionControl: Boolean(data.tiles), zoomControl: false, scrollWheelZoom: false,
    fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still, maxZoom: 18, minZoom: 9,
  });
  L.control.zoom({ zoomInTitle: holder.dataset.zoomIn, zoomOutTitle: holder.dataset.zoomOut }).addTo(map);
  const markers = data.clinics.features.map(pin);
  if (data.tiles) L.tileLayer(data.tiles.url, { attribution: data.tiles.attribution, maxZoom: 19 }).addTo(map);
  map.createPane("names").style.zIndex = 450; // under the pins, which are at 600
  grounds = data.fits.map(ground);
  show(shown);
  map.on("zoomend moveend resize", () => map.hasLayer(grounds[shown].layer) && arrange());
  if (L.markerClusterGroup) {
    const group = L.markerClusterGroup({
      showCoverageOnHover: false,
      animate: !still,
      maxClusterRadius: 40,
      iconCreateFunction: (cluster) => L.divIcon({ className: "pin many", html: String(cluster.getChildCount()), iconSize: [32, 32] }),
    });
    const name = (layer) => {
      const seen = layer.getElement?.();
      if (seen && layer.getChildCount) {
        seen.setAttribute("aria-label", holder.dataset.count.replace("{n}", layer.getChildCount()));
      }
    };
    group.on("animationend", () => group._featureGroup?.eachLayer(name));
    map.on("zoomend moveend", () => group._featureGroup?.eachLayer(name));
    group.addLayers(markers);
    map.addLayer(group);
    group._featureGroup?.eachLayer(name);
  } else {
    for (const marker of markers) marker.addTo(map);
  }
}

function open() {
  holder.hidden = false;
  for (const button of switches) button.parentElement.hidden = false;
  if (map) map.invalidateSize();
  else draw();
}

for (const feature of data.clinics.features) {
  const slug = feature.properties.slug;
  const place = card(slug);
  for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
    place?.addEventListener(event, () => light(slug, on));
  }
}

for (const [index, button] of switches.entries()) button.addEventListener("click", () => show(index));

if (L && data.clinics.features.length) {
  const sides = document.querySelector("[data-list-and-map]");
  const holderOfSwitch = document.querySelector("[data-map-switch]");
  if (!sides) {
    open();
  } else {
    sides.classList.add("with-map");
    holderOfSwitch.hidden = false;
    const button = holderOfSwitch.querySelector("button");
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!shown));
      button.textContent = shown ? button.dataset.show : button.dataset.hide;
      sides.classList.toggle("map-open", !shown);
      if (!shown) open();
    });
    if (wide.matches) open();
    wide.addEventListener("change", () => wide.matches && open());
  }
}
