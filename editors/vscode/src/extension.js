// The client: it starts `contract lsp` and shows what the server says. Everything about contracts is in the server.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate(context) {
  const settings = vscode.workspace.getConfiguration("contract");
  const command = settings.get("command") || "contract";
  client = new LanguageClient(
    "contract",
    "Contract",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ language: "contract" }],
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.contract") },
      initializationOptions: {
        layers: settings.get("layers"),
        sampleDate: settings.get("sampleDate"),
        analysis: settings.get("analysis"),
      },
    },
  );
  // What stands above a clause names places; VS Code shows them where the clause is.
  context.subscriptions.push(
    vscode.commands.registerCommand("contract.showPlaces", (uri, position, places) => {
      const convert = client.protocol2CodeConverter;
      return vscode.commands.executeCommand(
        "editor.action.showReferences",
        convert.asUri(uri),
        convert.asPosition(position),
        places.map((place) => convert.asLocation(place)),
      );
    }),
  );
  try {
    await client.start();
  } catch (wrong) {
    vscode.window.showErrorMessage(
      `\`${command} lsp\` cannot be started; set contract.command to where the program is. ` +
        `无法启动 \`${command} lsp\`，请在设置 contract.command 中填写程序位置。(${wrong.message ?? wrong})`,
    );
  }
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
