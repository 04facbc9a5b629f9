import Diagnosing
import Testing

struct GitHubTests {
  @Test func `each finding is a command with its place and its text escaped`() {
    let findings = Findings()
    #expect(
      GitHubRenderer(findings.sources).render(findings.diagnostics) == """
        ::error file=pipe lines/a%25.thal,line=1,endLine=1,col=9,endColumn=12,title=T301::50%25 of `<a & b>`, or:%0A"none": here%0Ahelp: mend it%0Afix: write `y`%0Afix: think
        ::warning file=pipe lines/a%25.thal,line=1,endLine=2,title=T301::over two lines
        ::notice file=pipe lines/a%25.thal,line=3,endLine=3,col=1,endColumn=1,title=T301::at the end

        """)
  }

  @Test func `commas and colons are escaped in properties only`() {
    var sources = SourceMap()
    let file = sources.add(path: "a,b:c.thal", bytes: [])
    let found = Diagnostic(.mismatch, "a, b: c", at: Span(file.id, 0, 0))
    #expect(
      GitHubRenderer(sources).render([found])
        == "::error file=a%2Cb%3Ac.thal,line=1,endLine=1,col=1,endColumn=1,title=T301::a, b: c\n")
  }

  @Test func `nothing found is nothing printed`() {
    #expect(GitHubRenderer(SourceMap()).render([]) == "")
  }
}
