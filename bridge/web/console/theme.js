// Light or dark: as the system has it, until the agent chooses.
const PLACE = "handoff.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const wanted = () => localStorage.getItem(PLACE) ?? (dark.matches ? "dark" : "light");
const show = () => { document.documentElement.dataset.theme = wanted(); };

export function startTheme() { show(); dark.addEventListener("change", show); }
export function turnTheme() { localStorage.setItem(PLACE, wanted() === "dark" ? "light" : "dark"); show(); }
