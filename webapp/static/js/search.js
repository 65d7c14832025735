// Extras of the search form and the clinic's page: place suggestions, the reader's own place, copying questions.
const form = document.querySelector("[data-search]");

function suggestPlaces(box) {
  const list = document.getElementById(box.getAttribute("list"));
  let waiting = 0;
  let asked = "";
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const text = box.value.trim();
      if (text === asked || text.length < 2) return;
      asked = text;
      try {
        const answer = await fetch(box.dataset.suggest + encodeURIComponent(text));
        if (!answer.ok || asked !== text) return;
        const { places } = await answer.json();
        list.replaceChildren(...places.map((place) => {
          const option = document.createElement("option");
          option.value = place.name;
          option.label = [place.name, place.name_local, place.within, text]
            .filter((word, index, all) => word && all.indexOf(word) === index).join(" · ");
          return option;
        }));
      } catch {
        // Without suggestions the box is still a box.
      }
    }, 150);
  });
}

function locate(button) {
  const status = form.querySelector("[data-locate-status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        for (const [name, value] of [["lat", coords.latitude], ["lng", coords.longitude]]) {
          const field = document.createElement("input");
          field.type = "hidden";
          field.name = name;
          field.value = value.toFixed(3); // about 100 m: nobody needs to know the house
          form.append(field);
        }
        form.elements.near.value = "";
        form.submit();
      },
      () => {
        status.hidden = false;
        status.textContent = button.dataset.failed;
      },
      { timeout: 8000, maximumAge: 300000 },
    );
  });
}

if (form) {
  for (const box of form.querySelectorAll("[data-suggest]")) suggestPlaces(box);
  if (navigator.geolocation) locate(form.querySelector("[data-locate]"));
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const items = document.querySelectorAll(`#${button.dataset.copy} li`);
    await navigator.clipboard.writeText([...items].map((item, index) => `${index + 1}. ${item.textContent}`).join("\n"));
    button.textContent = button.dataset.done;
  });
}
