import Diagnosing
import Foundation

extension ProgramFinder {
  /// Replaces a file's text at once: whoever reads it sees one or the other.
  func replace(_ path: String, with bytes: [UInt8]) throws(Refusal) {
    // A link stays a link to the file that is replaced.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let staged = "\(target).thalweg-\(getpid())"
    var status = stat()
    let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
    let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    fchmod(descriptor, mode)
    var start = 0
    var failure: Int32 = 0
    bytes.withUnsafeBytes { bytes in
      while start < bytes.count, failure == 0, let base = bytes.baseAddress {
        let count = write(descriptor, base + start, bytes.count - start)
        if count >= 0 { start += count } else if errno != EINTR { failure = errno }
      }
    }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(staged, target) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(staged)
      throw unwritable(path, failure)
    }
  }

  private func unwritable(_ path: String, _ number: Int32) -> Refusal {
    Refusal(
      .unreadableFile, "`\(path)` can't be written: \(String(cString: strerror(number)))", at: path,
      of: invocation, label: "left as it is")
  }
}
