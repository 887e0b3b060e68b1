// The language server: one conversation over a socket, and what it says of the open file.

import { CompletionContext, insertCompletionText, pickedCompletion } from "@codemirror/autocomplete";
import { LSPClient, LSPPlugin, Workspace, findReferencesKeymap, formatKeymap, hoverTooltips, jumpToDefinitionKeymap,
  renameKeymap, serverCompletionSource, serverDiagnostics } from "@codemirror/lsp-client";
import { setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { clean } from "./clean.js";

const SEVERITIES = [null, "error", "warning", "info", "hint"];

// The files open in the editor: one view shows one of them at a time.
class Files extends Workspace {
  files = [];
  versions = new Map();
  display = async () => null;

  next(uri) {
    const number = (this.versions.get(uri) ?? -1) + 1;
    this.versions.set(uri, number);
    return number;
  }

  syncFiles() {
    const changed = [];
    for (const file of this.files) {
      const plugin = LSPPlugin.get(file.view);
      if (!plugin || plugin.uri !== file.uri || plugin.unsyncedChanges.empty) continue;
      changed.push({ changes: plugin.unsyncedChanges, file, prevDoc: file.doc });
      file.doc = file.view.state.doc;
      file.version = this.next(file.uri);
      plugin.clear();
    }
    return changed;
  }

  openFile(uri, languageId, view) {
    const file = { uri, languageId, version: this.next(uri), doc: view.state.doc, view, getView: () => view };
    this.files.push(file);
    this.client.didOpen(file);
  }

  closeFile(uri) {
    this.files = this.files.filter((each) => each.uri !== uri);
    this.client.didClose(uri);
  }

  displayFile(uri) { return this.display(uri); }
}

export function connect(home, listen) {
  const client = new LSPClient({
    rootUri: home, timeout: 20000, sanitizeHTML: clean, workspace: (each) => new Files(each),
    initializationOptions: { analysis: false },
    extensions: [
      hoverTooltips(), keymap.of([
        ...formatKeymap, ...renameKeymap, ...jumpToDefinitionKeymap, ...findReferencesKeymap]),
      { ...serverDiagnostics(), notificationHandlers: {
        "textDocument/publishDiagnostics": (each, params) => published(each, params, listen) } },
    ],
  });
  speak(client, 500);
  return client;
}

// Open a socket; where it closes (the machine slept, the program was stopped), try again, slower each time.
function speak(client, wait) {
  const address = new URL("lsp", location.href);
  address.protocol = location.protocol.replace("http", "ws");
  address.hash = "";
  const socket = new WebSocket(address);
  const handlers = new Set();
  const waiting = [];
  let lasted = wait;
  socket.onmessage = (event) => handlers.forEach((each) => each(event.data));
  socket.onopen = () => {
    lasted = 500;
    document.dispatchEvent(new Event("desk:online"));
    waiting.splice(0).forEach((each) => socket.send(each));
  };
  socket.onclose = () => {
    document.dispatchEvent(new Event("desk:offline"));
    client.disconnect();
    setTimeout(() => speak(client, Math.min(lasted * 2, 15000)), lasted);
  };
  client.connect({
    send: (message) => (socket.readyState === WebSocket.OPEN ? socket.send(message) : waiting.push(message)),
    subscribe: (handler) => handlers.add(handler),
    unsubscribe: (handler) => handlers.delete(handler),
  });
}

// Completion as one types, in either language: a Chinese word begins with any of its characters.
export function completions(context) {
  const asked = context.explicit || context.matchBefore(/[\p{L}_]/u)
    ? new CompletionContext(context.state, context.pos, true, context.view) : context;
  return Promise.resolve(serverCompletionSource(asked)).then((found) => {
    for (const each of found?.options ?? []) {
      const text = each.apply ?? each.label;
      if (typeof text === "string") each.apply = upToCursor(text);
    }
    return found;
  });
}

// A word takes the place of all that was typed of it, also of what came while the list was on its way.
const upToCursor = (text) => (view, chosen, from, to) => view.dispatch({
  ...insertCompletionText(view.state, text, from, Math.max(to, view.state.selection.main.head)),
  annotations: pickedCompletion.of(chosen),
});

function published(client, params, listen) {
  const file = client.workspace.getFile(params.uri);
  const view = file?.getView();
  const plugin = view && LSPPlugin.get(view);
  if (!plugin || plugin.uri !== params.uri) return true;
  if (params.version != null && params.version !== file.version) return true;
  const place = (position) => plugin.unsyncedChanges.mapPos(plugin.fromPosition(position, plugin.syncedDoc));
  const said = params.diagnostics.map((each) => ({
    from: place(each.range.start), to: place(each.range.end), severity: SEVERITIES[each.severity ?? 1],
    message: each.message, source: each.code, told: each,
    actions: [],
  }));
  for (const each of said) {
    each.actions = [{ name: "⚒", apply: (shown, from, to) => mend(shown, from, to) }];
  }
  view.dispatch(setDiagnostics(view.state, said));
  listen(said);
  return true;
}

// Ask which fixes there are for a stretch of the text. Each was tried by the server before it is offered.
export async function fixes(view, from, to) {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return [];
  plugin.client.sync();
  const range = { start: plugin.toPosition(from), end: plugin.toPosition(to) };
  const found = await plugin.client.request("textDocument/codeAction", {
    textDocument: { uri: plugin.uri }, range, context: { diagnostics: [] },
  });
  return found ?? [];
}

export function apply(view, action) {
  const plugin = LSPPlugin.get(view);
  const edits = action.edit?.changes?.[plugin.uri] ?? [];
  view.dispatch({
    changes: edits.map((each) => ({
      from: plugin.fromPosition(each.range.start), to: plugin.fromPosition(each.range.end), insert: each.newText,
    })),
    userEvent: "input.mend",
  });
  view.focus();
}

// Apply the first fix for a stretch; tell whether there was one.
export async function mend(view, from, to) {
  const [first] = await fixes(view, from, to);
  if (first) apply(view, first);
  return Boolean(first);
}

// Ask about the open file.
export async function asked(view, method, given = {}) {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return null;
  await plugin.client.initializing;
  plugin.client.sync();
  return plugin.client.request(method, { textDocument: { uri: plugin.uri }, ...given });
}
