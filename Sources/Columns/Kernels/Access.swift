// The storage of a column whose type is known. A wrong guess is a mistake of the engine, not of the data.

extension Column {
  /// The bits of a `bool` column.
  @inlinable public var bits: Bitmap {
    guard case .bits(let bits) = storage else { preconditionFailure("not a column of bits") }
    return bits
  }

  /// The values of a `date` or `enumeration` column.
  @inlinable public var int32s: Buffer<Int32> {
    guard case .int32(let values) = storage else { preconditionFailure("not a column of 32-bit integers") }
    return values
  }

  /// The values of an `int`, `timestamp` or `duration` column.
  @inlinable public var int64s: Buffer<Int64> {
    guard case .int64(let values) = storage else { preconditionFailure("not a column of 64-bit integers") }
    return values
  }

  /// The values of a `float` column.
  @inlinable public var floats: Buffer<Double> {
    guard case .float64(let values) = storage else { preconditionFailure("not a column of floats") }
    return values
  }

  /// The values of a `decimal` or `uuid` column.
  @inlinable public var int128s: Buffer<Int128> {
    guard case .int128(let values) = storage else { preconditionFailure("not a column of 128-bit integers") }
    return values
  }

  /// The views of a `string`, `bytes` or `json` column.
  @inlinable public var texts: Buffer<TextView> {
    guard case .text(let views, _) = storage else { preconditionFailure("not a column of text") }
    return views
  }

  /// Who holds the bytes of a `string`, `bytes` or `json` column.
  @inlinable public var textOwners: [any TextOwner] {
    guard case .text(_, let owners) = storage else { preconditionFailure("not a column of text") }
    return owners
  }

  /// The offsets and elements of a `list` or `map` column.
  @inlinable public var lists: (offsets: Buffer<Int32>, values: Column) {
    guard case .list(let offsets, let values) = storage else { preconditionFailure("not a column of lists") }
    return (offsets, values)
  }

  /// The floats of a `vector` column.
  @inlinable public var vectors: Buffer<Float> {
    guard case .vector(let values) = storage else { preconditionFailure("not a column of vectors") }
    return values
  }

  /// The fields of a `structure` column.
  @inlinable public var fields: [Column] {
    guard case .structure(let columns) = storage else { preconditionFailure("not a column of structures") }
    return columns
  }
}
