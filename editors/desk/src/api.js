// Questions to the program. A refusal is thrown as Refused, with its status, field and reason.

export class Refused extends Error {
  constructor(status, told) {
    super(told.reason || `HTTP ${status}`);
    this.status = status;
    this.field = told.field || "";
    this.told = told;
  }
}

export async function ask(what, given = {}, signal) {
  let answer;
  try {
    answer = await fetch(`api/${what}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given), signal,
    });
  } catch (wrong) {
    if (wrong.name === "AbortError") throw wrong;
    document.dispatchEvent(new Event("desk:offline"));
    throw new Refused(0, { reason: "offline" });
  }
  const told = await answer.json().catch((wrong) => {
    if (wrong.name === "AbortError") throw wrong;
    return {};
  });
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}
