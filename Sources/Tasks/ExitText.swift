/// What codes and signals say, for people.
enum ExitText {
  /// In brackets, what a shell means by a code; empty where it is the program's own.
  static func meaning(ofCode code: Int32) -> String {
    switch code {
    case 126: ": a file in it can't be executed"
    case 127: ": a program in it was not found"
    case 129...159: ": a process in it was ended by \(name(ofSignal: code - 128))"
    default: ""
    }
  }

  /// The name, and why it comes where that is usual.
  static func name(ofSignal signal: Int32) -> String {
    switch signal {
    case 1: "SIGHUP"
    case 2: "SIGINT"
    case 3: "SIGQUIT"
    case 4: "SIGILL, an instruction that this machine does not have"
    case 6: "SIGABRT, which it sent itself"
    case 7: "SIGBUS"
    case 8: "SIGFPE, an error of arithmetic"
    case 9: "SIGKILL, as when memory runs out"
    case 11: "SIGSEGV, an access to memory that it does not have"
    case 13: "SIGPIPE"
    case 15: "SIGTERM"
    case 24: "SIGXCPU, a limit of time"
    default: "signal \(signal)"
    }
  }
}
