// Looks from time to time whether the job is over; then the page shows what came of it.
const line = document.querySelector("[data-job]");

async function look() {
  try {
    const answer = await fetch(`/jobs/${line.dataset.job}/state`, { headers: { Accept: "application/json" } });
    if ((await answer.json()).is_over) return location.reload();
  } catch { /* the studio has ended, or is busy: look again */ }
  setTimeout(look, 400);
}

look();
