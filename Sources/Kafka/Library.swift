import CKafka

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// librdkafka, loaded when a configuration is first made.
enum Library {
  static let loaded: Result<ckafka_functions, KafkaError> = load()

  private static func load() -> Result<ckafka_functions, KafkaError> {
    #if canImport(Darwin)
      let name = "librdkafka.1.dylib"
    #else
      let name = "librdkafka.so.1"
    #endif
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? name
      return .failure(KafkaError(.missingLibrary, "librdkafka can't be loaded: \(reason)"))
    }
    var functions = ckafka_functions()
    if let missing = ckafka_find(library, &functions) {
      return .failure(
        KafkaError(.missingLibrary, "librdkafka is too old: it has no `\(String(cString: missing))`"))
    }
    return .success(functions)
  }
}

/// The functions of librdkafka. Whoever has a `Configuration`, or what was made with one, may call them.
let rd = (try? Library.loaded.get()) ?? ckafka_functions()
