import ArgumentParser
import Diagnosing
import Execution
import Foundation

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// Options of every command that prints for people.
struct ConsoleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Colours: auto (on a terminal), always, never.", valueName: "when"))
  var color = ColorChoice.auto

  func validate() throws { Console.choice = color }
}

/// One of the standard streams.
struct Console {
  static let output = Console(descriptor: STDOUT_FILENO)
  static let error = Console(descriptor: STDERR_FILENO)

  /// What `--color` says; written once, while the arguments are parsed, before anything is printed.
  nonisolated(unsafe) static var choice = ColorChoice.auto

  let descriptor: Int32

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private var isTerminal: Bool { isatty(descriptor) == 1 && Self.variable("TERM") != "dumb" }

  /// Whether colours are wanted here.
  var isColored: Bool {
    switch Self.choice {
    case .always: true
    case .never: false
    case .auto: isTerminal && Self.variable("NO_COLOR") == nil
    }
  }

  /// Whether lines may be drawn over: on a terminal that a person looks at.
  var isLive: Bool { isTerminal && Self.variable("CI") == nil }

  /// Columns of the terminal.
  var width: Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Lines of the terminal.
  var height: Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
  }

  /// Writes all of `text`; what nobody reads any more is dropped.
  func write(_ text: String) {
    write(Array(text.utf8))
  }

  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var start = 0
      while start < buffer.count {
        let count = Foundation.write(descriptor, base + start, buffer.count - start)
        if count >= 0 {
          start += count
        } else if errno != EINTR {
          return
        }
      }
    }
  }

  /// Shows findings with their sources.
  func show(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    guard !diagnostics.isEmpty else { return }
    write(TextRenderer(sources, isColored: isColored).render(diagnostics))
  }

  /// Shows why a command can't go on.
  func show(_ refusal: Refusal) { show(refusal.diagnostics, refusal.sources) }
}
