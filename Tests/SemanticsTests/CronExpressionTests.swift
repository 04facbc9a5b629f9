import Semantics
import Testing

/// The times that a schedule's five fields name.
struct CronExpressionTests {
  @Test func `every field is a list of its values`() throws {
    let cron = try CronExpression("*/20 1-3,22 1,15 jan-mar/2 mon-wed")
    #expect(cron.minutes == [0, 20, 40])
    #expect(cron.hours == [1, 2, 3, 22])
    #expect(cron.days == [1, 15])
    #expect(cron.months == [1, 3])
    #expect(cron.weekdays == [1, 2, 3])
    #expect(!cron.anyDay)
    #expect(!cron.anyWeekday)
  }

  @Test func `a star is every value`() throws {
    let cron = try CronExpression("* * * * *")
    #expect(cron.minutes == Array(0...59))
    #expect(cron.hours == Array(0...23))
    #expect(cron.days == Array(1...31))
    #expect(cron.months == Array(1...12))
    #expect(cron.weekdays == Array(0...6))
    #expect(cron.anyDay)
    #expect(cron.anyWeekday)
  }

  @Test(arguments: ["0 3 * * 0", "0 3 * * 7", "0 3 * * sun", "0 3 * * SUN", "0 3 * * 0,7"])
  func `sunday is 0 and 7`(text: String) throws {
    #expect(try CronExpression(text).weekdays == [0])
  }

  @Test(arguments: [
    ("0 25 * * *", 2..<4), ("0 3 * * funday", 8..<14), ("0,61 3 * * *", 2..<4), ("0 22-2 * * *", 2..<6),
    ("0 3 31 2 *", 4..<8), ("@daily", 0..<6), ("0 3 *", 0..<5),
  ])
  func `a problem is told where it is`(text: String, place: Range<Int>) {
    let problem = #expect(throws: CronExpression.Problem.self) { try CronExpression(text) }
    #expect(problem?.range == place)
  }
}
