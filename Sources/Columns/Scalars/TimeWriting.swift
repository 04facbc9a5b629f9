extension TimeFormat {
  /// The text of a date: midnight, where the pattern has a time.
  public func writeDate(_ days: Int32, to writer: inout ByteWriter) {
    // 2^31 days are less than 2^63 microseconds only up to 106 million: what is beyond has no epoch.
    switch kind {
    case .epoch(let unit):
      let seconds = Int128(days) * 86_400_000_000 / Int128(unit)
      writer.append { ScalarText.writeInt(Int64(clamping: seconds), to: $0) }
    case .pattern(let pieces):
      write(pieces, days: Int(days), rest: 0, to: &writer)
    }
  }

  /// The text of a timestamp, in UTC.
  public func writeTimestamp(_ microseconds: Int64, to writer: inout ByteWriter) {
    switch kind {
    case .epoch(let unit):
      writeEpoch(microseconds, unit: unit, to: &writer)
    case .pattern(let pieces):
      let (days, rest) = CivilCalendar.split(microseconds)
      write(pieces, days: days, rest: rest, to: &writer)
    }
  }

  /// What is finer than the unit follows after a point, so that nothing is lost.
  private func writeEpoch(_ microseconds: Int64, unit: Int64, to writer: inout ByteWriter) {
    if microseconds % unit == 0 {
      writer.append { ScalarText.writeInt(microseconds / unit, to: $0) }
    } else {
      let scaled = Int128(microseconds) * (ScalarText.decimalScale / Int128(unit))
      writer.append { ScalarText.writeDecimal(scaled, to: $0) }
    }
  }

  private func write(_ pieces: [Piece], days: Int, rest: Int64, to writer: inout ByteWriter) {
    let date = CivilCalendar.civil(days: days)
    let seconds = Int(rest / 1_000_000)
    for piece in pieces {
      switch piece {
      case .literal(let byte): writer.append(byte)
      case .year: writer.append { ScalarText.writeYear(date.year, to: $0) }
      case .shortYear:
        let year = date.year % 100
        padded(year < 0 ? year + 100 : year, width: 2, padding: asciiZero, to: &writer)
      case .number(let component, let width, let padding):
        let value =
          switch component {
          case .month: date.month
          case .day: date.day
          case .dayOfYear: CivilCalendar.dayOfYear(days: days)
          case .hour: seconds / 3600
          case .hourOfHalf: (seconds / 3600 + 11) % 12 + 1
          case .minute: seconds / 60 % 60
          case .second: seconds % 60
          }
        padded(value, width: width, padding: padding, to: &writer)
      case .monthName(let isLong):
        let name = monthNames[date.month - 1]
        writer.append(isLong ? name : String(name.prefix(3)))
      case .weekdayName(let isLong):
        let name = weekdayNames[CivilCalendar.weekday(days: days) - 1]
        writer.append(isLong ? name : String(name.prefix(3)))
      case .half: writer.append(seconds < 43_200 ? "AM" as StaticString : "PM")
      case .fraction: padded(Int(rest % 1_000_000), width: 6, padding: asciiZero, to: &writer)
      case .offset: writer.append("+0000" as StaticString)
      case .epochSeconds:
        let value = Int64(days) * 86_400 + Int64(seconds)
        writer.append { ScalarText.writeInt(value, to: $0) }
      }
    }
  }

  private func padded(_ value: Int, width: Int, padding: UInt8?, to writer: inout ByteWriter) {
    let missing = width - ScalarText.digitCount(UInt64(value))
    if let padding, missing > 0 { for _ in 0..<missing { writer.append(padding) } }
    writer.append { ScalarText.writeDigits(UInt64(value), to: $0) }
  }
}
