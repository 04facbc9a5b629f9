import ArgumentParser
import Diagnosing
import Execution
import JobStore

struct Schedules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows and changes what workers start by the clock.",
    discussion: """
      A pipeline says its times itself: `run batch { schedule: cron("0 3 * * *", zone: "UTC") }`.

      EXAMPLES:
        thalweg schedules add revenue.thal
        thalweg schedules show revenue
      """,
    subcommands: [List.self, Show.self, Add.self, Pause.self, Resume.self, Remove.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the schedules with their next times.")

    @Option(help: ArgumentHelp("Only schedules of this namespace.", valueName: "name"))
    var namespace: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func validate() throws { if let namespace { try checkNamespace(namespace) } }

    func run() async throws {
      let schedules = try await ScheduleStore(try await RunStores().queue()).schedules(in: namespace)
      Console.output.write(
        json ? ScheduleReport.json(schedules).indented + "\n" : ScheduleReport.text(schedules))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows one schedule: the times that come, and those that came with their runs.")

    @OptionGroup var option: ScheduleOption

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let store = try await option.store()
      guard let schedule = try await store.schedule(option.name) else { throw option.unknown }
      let fires = try await store.fires(of: option.name, last: 10)
      let missed = try await store.missed(of: option.name, last: 10)
      Console.output.write(
        json
          ? ScheduleReport.json(schedule, fires, missed: missed).indented + "\n"
          : ScheduleReport.text(schedule, fires, missed: missed))
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts a pipeline on the clock, in the place of what has its name.",
      discussion: "The program is kept as it is now; its data must be where the workers find it.")

    @Argument(help: "The file that declares the pipeline.")
    var file: String

    @Argument(help: "The pipeline; needed where the file declares several.")
    var pipeline: String?

    @Option(
      help: ArgumentHelp("Names the schedule; without it, the pipeline's name does.", valueName: "name"))
    var `as`: String?

    @OptionGroup var profile: ProfileOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let program = try await CompiledFile(file, under: profile.profile, Thalweg.invocation)
      let scheduled = try ScheduledPipeline(pipeline, of: program)
      Console.error.show(scheduled.warnings, scheduled.sources)
      let queue = try await program.stores().queue()
      let put = try await scheduled.put(as: `as`, under: profile.profile, to: queue)
      Console.output.write(ScheduleReport.text(put))
    }
  }

  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets the times of a schedule pass without a run.")

    @OptionGroup var option: ScheduleOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      try await option.change("is paused") { try await $0.pause(option.name) }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a paused schedule go on from now on.")

    @OptionGroup var option: ScheduleOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      try await option.change("goes on") { try await $0.resume(option.name) }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a schedule off the clock; runs that it has made stay.")

    @OptionGroup var option: ScheduleOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      try await option.change("is removed") { try await $0.remove(option.name) }
    }
  }
}

/// A schedule that something is to be done with.
struct ScheduleOption: ParsableArguments {
  @Argument(help: "The schedule's name.")
  var name: String

  @Option(help: ArgumentHelp("Its namespace; `default` without it.", valueName: "name"))
  var namespace = RunRecord.defaultNamespace

  func validate() throws { try checkNamespace(namespace) }

  func store() async throws -> ScheduleStore {
    ScheduleStore(try await RunStores().queue(), of: namespace)
  }

  func change(_ done: String, _ body: (ScheduleStore) async throws -> Bool) async throws {
    guard try await body(try await store()) else { throw unknown }
    Console.output.write("\(name) \(done)\n")
  }

  var unknown: Refusal {
    Refusal(
      .unknownSchedule, "there is no schedule `\(name)` in the namespace `\(namespace)`", at: name,
      of: Thalweg.invocation,
      label: "not a schedule", help: "`thalweg schedules list` lists what there is")
  }
}
