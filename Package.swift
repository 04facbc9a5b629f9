// swift-tools-version: 6.1
import PackageDescription

// Every target compiles in the Swift 6 language mode, with these upcoming features.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A Swift target of the product, and the test target beside it where there is one.
func module(_ name: String, knows: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: knows, swiftSettings: settings)
}

func tests(_ name: String, knows: [Target.Dependency], goldens: [String] = []) -> Target {
  .testTarget(name: name, dependencies: knows, exclude: goldens, swiftSettings: settings)
}

let package = Package(
  name: "thalweg",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "thalweg", targets: ["thalweg"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.0.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.0.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
  ],
  targets: [
    // Floor 0: C and C++ libraries of the system, each behind a shim.
    .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CKafka", providers: [.apt(["librdkafka-dev"])]),
    .target(name: "CPostgreSQL", publicHeadersPath: "include"),
    .target(name: "CRE2", publicHeadersPath: "include", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CScanning", publicHeadersPath: "include"),
    .target(name: "CSimdJSON", publicHeadersPath: "include", linkerSettings: [.linkedLibrary("simdjson")]),

    // The compiler, in the order data flows through it.
    module("Diagnosing"),
    module("RegularExpressions", knows: ["CRE2"]),
    module("Syntax", knows: ["Diagnosing"]),
    module("Semantics", knows: ["Syntax", "Diagnosing", "RegularExpressions", "Columns"]),
    module("Dataflow", knows: ["Semantics", "Syntax", "Diagnosing"]),
    module("Linting", knows: ["Semantics", "Syntax", "Diagnosing"]),
    module("Planning", knows: ["Dataflow", "Semantics", "Diagnosing", "Hashing"]),
    module("YAMLReading", knows: ["CYAML", "Diagnosing"]),
    module("Settings", knows: ["YAMLReading", "Diagnosing"]),
    module("Compiler", knows: ["Dataflow", "Semantics", "Settings", "Syntax", "Diagnosing"]),

    // The engine and what feeds it.
    module(
      "Hashing", knows: ["CXXHash", .product(name: "Crypto", package: "swift-crypto")]),
    module("Columns"),
    module(
      "Formats", knows: ["Columns", "CSimdJSON", "CScanning", "RegularExpressions", "Diagnosing"]),
    module("Synthesis", knows: ["Formats", "Columns", "RegularExpressions"]),
    module(
      "Engine",
      knows: [
        "Columns", "Formats", "Dataflow", "Semantics", "Diagnosing", "Hashing",
        "RegularExpressions",
      ]),
    module("Kafka", knows: ["CKafka"]),
    module("PostgreSQL", knows: ["CPostgreSQL"]),
    module(
      "Connectors",
      knows: [
        "Engine", "Formats", "Columns", "Dataflow", "Diagnosing", "Synthesis", "Kafka", "PostgreSQL",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),

    // Work that is not the language's own.
    module(
      "Artifacts",
      knows: [
        "Hashing",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    module(
      "Tasks",
      knows: [
        "Engine", "Formats", "Columns", "Semantics", "Artifacts", "Hashing",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),

    // Runs and where they are kept.
    module("JobStore", knows: ["PostgreSQL", .product(name: "GRDB", package: "GRDB.swift")]),
    module(
      "Execution",
      knows: [
        "Compiler", "Settings", "Planning", "Dataflow", "Semantics", "Syntax", "Diagnosing", "Engine",
        "Connectors", "PostgreSQL", "Columns", "Formats", "JobStore", "Linting", "Synthesis", "Tasks",
        "RegularExpressions", "Hashing", "Artifacts",
      ]),
    module(
      "Serving",
      knows: [
        "Execution", "Compiler", "Settings", "Planning", "Dataflow", "Semantics", "Diagnosing", "Engine",
        "Columns", "Formats", "JobStore", "Hashing", "RegularExpressions",
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "thalweg",
      dependencies: [
        "CMalloc", "Execution", "Serving", "Compiler", "Planning", "Dataflow", "Semantics", "Syntax",
        "Diagnosing",
        "JobStore", "Linting", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Measures the scheduler with work that does nothing; `make bench` builds it.
    .executableTarget(
      name: "planes", dependencies: ["Execution", "JobStore", "PostgreSQL"], path: "Benchmarks/planes",
      swiftSettings: settings),

    // Tests, one target a module.
    tests("ArchitectureTests", knows: []),
    tests("RegularExpressionsTests", knows: ["RegularExpressions"]),
    tests("SyntaxTests", knows: ["Syntax", "Diagnosing"], goldens: ["Cases", "FormatterCases"]),
    tests(
      "DataflowTests", knows: ["Compiler", "Dataflow", "Semantics", "Diagnosing"], goldens: ["Cases"]),
    tests(
      "CompilerTests", knows: ["Compiler", "Dataflow", "Semantics", "Syntax", "Diagnosing"],
      goldens: ["Cases", "Corpus", "ProfileCases"]),
    tests(
      "SemanticsTests", knows: ["Semantics", "Syntax", "Diagnosing"], goldens: ["Cases"]),
    tests(
      "LintingTests",
      knows: ["Linting", "Compiler", "Semantics", "Syntax", "Diagnosing"], goldens: ["Cases"]),
    tests(
      "EngineTests",
      knows: [
        "Engine", "Columns", "Formats", "Compiler", "Dataflow", "Semantics", "Syntax", "Diagnosing",
      ]),
    tests("YAMLReadingTests", knows: ["YAMLReading", "Diagnosing"]),
    tests("SettingsTests", knows: ["Settings", "YAMLReading", "Diagnosing"], goldens: ["Cases"]),
    tests("HashingTests", knows: ["Hashing"]),
    tests("SynthesisTests", knows: ["Synthesis", "Formats", "Columns", "RegularExpressions"]),
    tests("FormatsTests", knows: ["Formats", "Columns", "RegularExpressions"]),
    tests("ConnectorsTests", knows: ["TestServers", "Connectors", "Engine", "Formats", "Columns"]),
    // The servers that tests talk to.
    .target(
      name: "TestServers", dependencies: ["JobStore", "Kafka", "PostgreSQL"], path: "Tests/TestServers",
      swiftSettings: settings),
    tests(
      "KafkaTests",
      knows: ["TestServers", "Kafka", "CKafka", "Connectors", "Engine", "Formats", "Columns"]),
    tests(
      "PostgreSQLTests",
      knows: [
        "TestServers", "PostgreSQL", "Connectors", "Engine", "Formats", "Columns", "Execution", "JobStore",
        "Diagnosing",
      ]),
    tests(
      "ServingTests",
      knows: [
        "TestServers", "Serving", "Execution", "JobStore", "Diagnosing",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    tests("DiagnosingTests", knows: ["Diagnosing"], goldens: ["Goldens"]),
    tests("ColumnsTests", knows: ["Columns"]),
    tests(
      "ArtifactsTests",
      knows: ["Artifacts", "Hashing", "TestServers", .product(name: "NIOHTTP1", package: "swift-nio")]),
    tests(
      "TasksTests",
      knows: ["Tasks", "TestServers", "Compiler", "Dataflow", "Engine", "Columns", "Semantics", "Diagnosing"]),
    tests(
      "ExecutionTests",
      knows: [
        "Execution", "Compiler", "Engine", "Columns", "Planning", "Dataflow", "Semantics", "Diagnosing",
        "JobStore", "Artifacts",
      ]),
    tests(
      "CommandTests",
      knows: [
        "thalweg", "TestServers", "Kafka", "PostgreSQL",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    tests(
      "EditorTests",
      knows: [
        "Syntax", "Diagnosing", .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], goldens: ["Drivers", "Sample.thal"]),
    tests(
      "JobStoreTests",
      knows: ["JobStore", "TestServers", "PostgreSQL", .product(name: "GRDB", package: "GRDB.swift")]),
    tests(
      "PlanningTests", knows: ["Planning", "Compiler", "Dataflow", "Semantics", "Diagnosing"],
      goldens: ["Goldens", "Programs", "Against"]),
  ]
)
