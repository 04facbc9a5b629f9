import CMalloc
import Execution
import Foundation

/// How this process uses memory: it lives for seconds and makes many small objects.
enum Memory {
  /// Lets the allocator grow in large steps and give little back, which spares the kernel's work. Called
  /// once, before anything is allocated in earnest.
  static func growInLargeSteps() {
    #if canImport(Glibc)
      mallopt(M_MXFAST, 0)
      mallopt(M_MMAP_THRESHOLD, 32 << 20)
      mallopt(M_TRIM_THRESHOLD, 256 << 20)
      mallopt(M_TOP_PAD, 16 << 20)
    #endif
  }

  /// Ends the process while `value` is alive: what a large program's trees hold is the system's to free.
  static func leave(_ status: ExitStatus, keeping value: some Any) -> Never {
    withExtendedLifetime(value) { Foundation.exit(status.rawValue) }
  }
}
