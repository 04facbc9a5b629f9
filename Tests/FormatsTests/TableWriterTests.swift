import Columns
import Formats
import Testing

@Suite struct TableWriterTests {
  private func table(_ fields: [FieldSchema], _ batches: [Batch]) throws -> String {
    let writer = TableWriter(schema: TableSchema(columns: fields))
    var layout = TableLayout(writer)
    let cells = try batches.map { try writer.encode($0) }
    for block in cells { block.withUnsafeBytes { layout.add($0) } }
    let lines = cells.flatMap { block in block.withUnsafeBytes { layout.lines($0) } }
    return String(decoding: layout.header() + lines, as: UTF8.self)
  }

  private func texts(_ values: [String]) -> Column {
    let arena = TextArena()
    return Column(count: values.count, storage: .text(Buffer(values.map { arena.add($0) }), owners: [arena]))
  }

  @Test func `numbers stand to the right, absent ones are a dash`() throws {
    let fields = [
      FieldSchema("shop", .string), FieldSchema("sales", .int),
      FieldSchema("revenue", .float, isOptional: true),
      FieldSchema("open", .bool),
    ]
    let batch = Batch(
      count: 2,
      columns: [
        texts(["Harbour", "Old Town"]), Column(count: 2, storage: .int64(Buffer([3, 12_000]))),
        Column(count: 2, validity: Bitmap(count: 2) { $0 == 0 }, storage: .float64(Buffer([11.1, 0]))),
        Column(count: 2, storage: .bits(Bitmap(count: 2) { $0 == 0 })),
      ])
    #expect(
      try table(fields, [batch, batch]) == """
        shop      sales  revenue  open
        Harbour       3     11.1  true
        Old Town  12000        -  false
        Harbour       3     11.1  true
        Old Town  12000        -  false

        """)
  }

  @Test func `wide letters, joined ones and control characters keep the columns straight`() throws {
    let batch = Batch(
      count: 5,
      columns: [texts(["日本", "e\u{301}", "a\nb", "🦀", "\u{1B}[31m"]), texts(["1", "2", "3", "4", "5"])])
    #expect(
      try table([FieldSchema("t", .string), FieldSchema("n", .string)], [batch]) == """
        t           n
        日本        1
        e\u{301}           2
        a\\nb        3
        🦀          4
        \\u{1b}[31m  5

        """)
  }

  @Test func `a table without rows has its header`() throws {
    #expect(try table([FieldSchema("a", .int), FieldSchema("b", .string)], []) == "a  b\n")
  }
}
