import ArgumentParser
import Execution
import Foundation
import JobStore

/// The command line: each command parses its arguments, has the work done, prints, and exits.
@main
struct Thalweg: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thalweg",
    abstract: "Checks, plans and runs data pipelines.",
    discussion: """
      EXAMPLES:
        thalweg check                          # every program below this folder
        thalweg run revenue.thal -p day=2026-01-31
        thalweg runs show last
        thalweg explain T301

      Exit codes: 0 done; 1 errors found, or a failed check or run; 2 wrong usage; 3 the environment (no file, no \
      database); 130 interrupted.
      """,
    version: "thalweg \(version)",
    subcommands: [
      Check.self, Lint.self, ListRules.self, Fmt.self, Plan.self, Run.self, Serve.self, Test.self, Synth.self,
      Runs.self, Submit.self, Backfill.self, Schedules.self, Queues.self, Work.self, Workers.self, Db.self,
      Explain.self,
    ])

  /// The version of this program.
  static let version = "0.1.0"

  /// What the user wrote.
  static let invocation = Invocation(Array(CommandLine.arguments.dropFirst()))

  static func main() async {
    Memory.growInLargeSteps()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let refusal as Refusal {
      Console.error.show(refusal)
      Foundation.exit(ExitStatus(refusal.diagnostics).rawValue)
    } catch let error as StoreError {
      let refusal = error.refusal(invocation)
      Console.error.show(refusal)
      Foundation.exit(ExitStatus(refusal.diagnostics).rawValue)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        (code == .success ? Console.output : Console.error).write(
          message.hasSuffix("\n") ? message : message + "\n")
      }
      // Wrong usage is 2 here, as everywhere but in BSD.
      Foundation.exit(code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue)
    }
  }
}

extension ExitStatus {
  /// Ends the command with this status.
  var thrown: ExitCode { ExitCode(rawValue) }
}
