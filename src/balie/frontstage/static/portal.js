// Every page works without this file. It keeps times right, closes menus, and stops a second click.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
const HALF_DAY = 720;

const tick = () => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const minutes = Math.round((new Date(time.dateTime) - Date.now()) / 60000);
    if (minutes >= 0 || minutes <= -HALF_DAY) continue; // the server's words hold
    time.textContent = minutes > -60
      ? relative.format(minutes, "minute")
      : relative.format(Math.round(minutes / 60), "hour");
  }
};
tick();
setInterval(tick, 30000);

const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.firstElementChild.focus();
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  const label = event.submitter?.querySelector("[data-busy]");
  if (label) label.textContent = label.dataset.busy;
});
document.querySelector("[data-autofocus]")?.focus();
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
