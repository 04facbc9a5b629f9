// Formats Thalweg files with `thalweg fmt`, and offers `check`, `lint` and `test` as tasks whose problems the
// matcher of package.json finds.
const { spawn } = require("child_process");
const vscode = require("vscode");

const program = () => vscode.workspace.getConfiguration("thalweg").get("path", "thalweg");

/** What `thalweg fmt -` makes of a text; rejects with what it says when the text has syntax errors. */
function format(text, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(), ["fmt", "-"], { cwd: folder });
    const output = [];
    const problems = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => problems.push(chunk));
    child.stdin.on("error", () => {});
    child.on("error", (error) => reject(new Error(`${program()} can't be started: ${error.message}`)));
    child.on("close", (status) =>
      status === 0
        ? resolve(Buffer.concat(output).toString("utf8"))
        : reject(new Error(Buffer.concat(problems).toString("utf8"))),
    );
    child.stdin.end(text, "utf8");
  });
}

const formatter = {
  async provideDocumentFormattingEdits(document) {
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    const before = document.getText();
    try {
      const after = await format(before, folder);
      if (after === before) return [];
      const whole = new vscode.Range(document.positionAt(0), document.positionAt(before.length));
      return [vscode.TextEdit.replace(whole, after)];
    } catch (error) {
      vscode.window.setStatusBarMessage(`Thalweg: ${error.message.split("\n")[0]}`, 5000);
      return [];
    }
  },
};

const task = (command, scope) =>
  new vscode.Task(
    { type: "thalweg", command },
    scope ?? vscode.TaskScope.Workspace,
    command,
    "thalweg",
    new vscode.ProcessExecution(program(), [command]),
    "$thalweg",
  );

const tasks = {
  provideTasks: () => ["check", "lint", "test"].map((command) => task(command)),
  resolveTask: (known) => task(known.definition.command, known.scope),
};

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.languages.registerDocumentFormattingEditProvider("thalweg", formatter),
    vscode.tasks.registerTaskProvider("thalweg", tasks),
  );
};

exports.format = format;
