import ArgumentParser
import Dataflow
import Diagnosing
import Execution
import Foundation
import JobStore
import Semantics
import Serving

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers calls: serves every service pipeline of a file.",
    discussion: """
      Prints the address when every service is ready. SIGTERM and SIGINT stop it: it takes no more calls, finishes \
      those under way, and exits with 0. `/openapi.json`, `/healthz`, `/readyz` and `/metrics` are served beside the \
      routes. Who may call is said by `serve:` of the profile in `thalweg.yaml`; everybody where it says nothing.

      EXAMPLES:
        thalweg serve quote.thal
        thalweg serve quote.thal quote --port 9000 --profile prod
      """)

  @OptionGroup var options: PipelineOptions

  @Option(
    help: ArgumentHelp("The port; 0 for any that is free. That of `run service`, else 8080.", valueName: "n"))
  var port: Int?

  @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
  var host = "127.0.0.1"

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if let port, !(0...65535 ~= port) { throw ValidationError("--port is from 0 to 65535") }
  }

  func run() async throws {
    let pipelines = try await Programs.services(
      options.pipeline, of: options.file, under: options.profile.profile, given: options.parameters,
      Thalweg.invocation)
    try await Self.serve(pipelines, host: host, port: port)
  }

  /// Serves until a signal comes.
  static func serve(_ pipelines: [RunnablePipeline], host: String = "127.0.0.1", port: Int? = nil)
    async throws
  {
    let first = pipelines[0]
    for pipeline in pipelines { try pipeline.refuse(where: LocalBackend().capabilities) }
    Console.error.show(first.warnings, first.sources)
    let access: Access
    do throws(Access.Unusable) {
      access = try await Access(first.serveSettings, in: first.folder)
    } catch {
      throw Refusal([error.diagnostic], first.sources)
    }
    let port = try port ?? Self.port(of: pipelines)
    let store = try await first.stores().create()
    let runs = try pipelines.map { pipeline in try pipeline.service(recordedIn: store) }
    let display = ProgressDisplay(first.graph.name, on: .error)
    let gateway: Gateway
    do throws(Gateway.Conflict) {
      gateway = try Gateway(runs, access: access) { diagnostics, sources in
        display.write { Console.error.show(diagnostics, sources) }
      }
    } catch {
      throw Refusal(
        .clashingServices,
        "\(error.names.map { "`\($0)`" }.joined(separator: " and ")) both answer `\(error.route)`",
        at: first.file, of: Thalweg.invocation, label: "declares both",
        help: "name the one to serve behind the file, or give them different paths")
    }
    signal(SIGPIPE, SIG_IGN)
    let routes = runs.map { "\($0.interface.method.rawValue.uppercased()) \($0.interface.path)" }
    do {
      defer { display.finish() }
      try await Interruption.cancelling {
        try await Self.watching(gateway, display) {
          try await gateway.run(host: host, port: port) { port in
            let host = host.contains(":") ? "[\(host)]" : host
            display.write {
              Console.output.write("serving http://\(host):\(port): \(routes.joined(separator: ", "))\n")
            }
          }
        }
      }
    } catch let error as Gateway.Unusable {
      throw Refusal(
        .unusableAddress, "`\(host)` can't be listened at on port \(port): \(error.reason)", at: "\(port)",
        of: Thalweg.invocation, help: "`--port 0` takes any port that is free")
    }
  }

  /// Shows what the routes do while `body` serves, on a terminal.
  private static func watching(
    _ gateway: Gateway, _ display: ProgressDisplay, _ body: () async throws -> Void
  ) async throws {
    guard Console.error.isLive else { return try await body() }
    let began = ContinuousClock.now
    let watching = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(1))
        display.observe(gateway.figures, elapsed: began.duration(to: .now) / .seconds(1))
      }
    }
    defer { watching.cancel() }
    try await body()
  }

  /// The port that the pipelines name.
  private static func port(of pipelines: [RunnablePipeline]) throws -> Int {
    let named = pipelines.filter { $0.graph.run.port != nil }
    guard let first = named.first, let port = first.graph.run.port else { return 8080 }
    if let other = named.first(where: { $0.graph.run.port != port }) {
      throw Refusal(
        .clashingServices,
        "`\(first.graph.name)` wants port \(port) and `\(other.graph.name)` port \(other.graph.run.port ?? 0)",
        at: first.file, of: Thalweg.invocation, label: "declares both",
        help: "say which with `--port`, or serve one of them: name it behind the file")
    }
    return port
  }
}
