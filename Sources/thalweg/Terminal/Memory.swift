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

  /// Gets ready for many files, where `paths` may hold them. A thread's arena grows by a page at a time, which holds
  /// up the page faults of all threads; those of threads that have ended are handed to the next, so a few threads do
  /// nothing but grow theirs.
  static func growArenas(for paths: [String]) {
    #if canImport(Glibc)
      if paths.allSatisfy({ $0.hasSuffix(".thal") || $0 == "-" }) { return }
      let threads = (0...ProcessInfo.processInfo.activeProcessorCount).map { _ in
        var thread = pthread_t()
        pthread_create(
          &thread, nil,
          { _ in
            let blocks = (malloc(31 << 20), malloc(31 << 20))
            // A look at their sizes: what nobody looks at, the optimiser takes out.
            _ = malloc_usable_size(blocks.0) + malloc_usable_size(blocks.1)
            free(blocks.0)
            free(blocks.1)
            return nil
          }, nil)
        return thread
      }
      for thread in threads { pthread_join(thread, nil) }
    #endif
  }

  /// Ends the process while `value` is alive: what a large program's trees hold is the system's to free.
  static func leave(_ status: ExitStatus, keeping value: some Any) -> Never {
    withExtendedLifetime(value) { Foundation.exit(status.rawValue) }
  }
}
