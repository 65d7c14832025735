// What is ticked to compare: counted as it is ticked and kept for other pages in the cookie that the server reads.
const tray = document.getElementById("tray");

const boxes = () => [...document.querySelectorAll('input[type=checkbox][name=clinic]')];

function remember(slugs) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `compare=${slugs.join(".")}; path=/; samesite=lax${secure}`;
}

function show(picked, full) {
  if (!tray) return;
  const words = tray.querySelector(".tray-words");
  tray.hidden = picked.length === 0 && !full;
  words.textContent = full ? tray.dataset.full : picked.length ? tray.dataset.some : tray.dataset.none;
  const list = tray.querySelector("ul");
  for (const item of list.querySelectorAll("[data-added]")) item.remove();
  for (const box of picked.filter((one) => !list.contains(one))) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    item.dataset.added = "";
    button.type = "button";
    button.className = "button plain";
    button.textContent = `${box.dataset.name} ×`;
    button.setAttribute("aria-label", `${tray.dataset.remove}: ${box.dataset.name}`);
    button.addEventListener("click", () => {
      box.checked = false;
      update();
      box.focus();
    });
    item.append(button);
    list.append(item);
  }
}

function update(changed) {
  let picked = boxes().filter((box) => box.checked);
  const max = Number(tray?.dataset.max ?? 5);
  const full = picked.length > max;
  if (full && changed) {
    changed.checked = false;
    picked = picked.filter((box) => box !== changed);
  }
  remember(picked.map((box) => box.value));
  show(picked, full);
}

if (boxes().length) {
  for (const box of boxes()) box.addEventListener("change", () => update(box));
  // A page that the browser brings back has its ticks, but not the words beside them.
  if (tray) window.addEventListener("pageshow", () => update());
}
