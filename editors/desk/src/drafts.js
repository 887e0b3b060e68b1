// Drafts: every text that is not saved, kept in the browser, so that neither a crash nor a closed window loses it.

const NAME = "contract-desk";
let opening;

function open() {
  opening ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("drafts");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return opening;
}

async function within(mode, act) {
  const base = await open();
  return new Promise((done, fail) => {
    const transaction = base.transaction("drafts", mode);
    const asked = act(transaction.objectStore("drafts"));
    transaction.oncomplete = () => done(asked.result);
    transaction.onerror = () => fail(transaction.error);
  });
}

const key = (home, path) => `${home} ${path}`;

// A draft is {text, revision, at}: what is typed, and the revision of the file it was made from.
export const keep = (home, path, draft) => within("readwrite", (all) => all.put(draft, key(home, path)));
export const kept = (home, path) => within("readonly", (all) => all.get(key(home, path)));
export const drop = (home, path) => within("readwrite", (all) => all.delete(key(home, path)));
export const listed = async (home) =>
  (await within("readonly", (all) => all.getAllKeys())).filter((each) => each.startsWith(`${home} `))
    .map((each) => each.slice(home.length + 1));
