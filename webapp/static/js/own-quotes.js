// Keeps the reader's own quotes in her browser, and puts them into every comparison she opens. The page computes
// with them; this only fills the form in again and sends it.
const KEY = "own-quotes";
const section = document.querySelector("[data-own-quotes]");

const stored = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((pair) => Array.isArray(pair) && pair.length === 2) : [];
  } catch {
    return [];
  }
};

function keep(form) {
  const pairs = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const told = pairs.some(([name, value]) => name.endsWith("-who") && value.trim());
  try {
    if (told) localStorage.setItem(KEY, JSON.stringify(pairs));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing still compares.
  }
}

function say(root, words) {
  const status = root.querySelector("[data-own-status]");
  status.textContent = words;
  status.hidden = false;
}

async function send(address, body) {
  const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.getElementById("main");
  main.replaceChildren(...page.getElementById("main").childNodes);
  ready(main.querySelector("[data-own-quotes]"));
}

function ready(root) {
  const form = root.querySelector("form");
  const forget = root.querySelector("[data-forget]");
  const status = root.querySelector("[data-own-status]");
  form.addEventListener("submit", () => keep(form));
  forget.hidden = stored().length === 0;
  if (!forget.hidden) say(root, status.dataset.kept);
  forget.addEventListener("click", async () => {
    localStorage.removeItem(KEY);
    await send(form.action, new URLSearchParams());
    const now = document.querySelector("[data-own-quotes]");
    say(now, now.querySelector("[data-own-status]").dataset.forgotten);
    // The button that was pressed is gone.
    now.querySelector("summary").focus();
  });
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.done;
    });
  }
}

if (section) {
  ready(section);
  const form = section.querySelector("form");
  const typed = [...form.querySelectorAll('input[name$="-who"]')].some((field) => field.value);
  const pairs = stored();
  if (pairs.length && !typed) send(form.action, new URLSearchParams(pairs));
}
