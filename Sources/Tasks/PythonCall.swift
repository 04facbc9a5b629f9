/// Calls a function of a Python file.
enum PythonCall {
  /// What both ways of calling need.
  ///
  /// Tables, files and folders are handed over as `pathlib.Path`. What is returned is written as JSON, with what
  /// numbers, arrays, records and paths of the usual libraries stand for.
  private static let common = """
    import dataclasses, datetime, importlib.util, json, os, pathlib, sys, traceback

    def plain(value):
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, (datetime.date, datetime.datetime)):
            return value.isoformat()
        if hasattr(value, "tolist"):
            return value.tolist()
        if hasattr(value, "_asdict"):
            return value._asdict()
        if type(value).__name__ in ("Decimal", "UUID"):
            return str(value)
        raise TypeError(f"a value of type {type(value).__name__} can't be written as JSON")

    def explained(error):
        traceback.print_exception(type(error), error, error.__traceback__)
        if isinstance(error, SyntaxError):
            place = (error.filename, error.lineno)
        else:
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if frame.filename != "<string>" and "<frozen" not in frame.filename]
            place = (own[-1].filename, own[-1].lineno) if own else (path, None)
        message = "".join(traceback.format_exception_only(type(error), error)).strip().split("\\n")[-1]
        return {"message": message, "file": str(place[0]), "line": place[1]}

    def function():
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        if not hasattr(module, name):
            raise AttributeError(f"{os.path.basename(path)} has no function {name}")
        return getattr(module, name)

    def given(arguments):
        return {
            key: pathlib.Path(value["path"]) if "path" in value else value["value"]
            for key, value in arguments.items()
        }

    def text(value):
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False)

    """

  /// Calls it once. Its arguments: the file, the function, where the arguments are, where the result goes, where an
  /// error goes.
  static let script =
    common + """

      path, name, arguments, result, problem = sys.argv[1:]
      sys.argv = [path]

      try:
          with open(arguments, encoding="utf-8") as file:
              keywords = given(json.load(file))
          value = text(function()(**keywords))
          with open(result, "w", encoding="utf-8") as file:
              file.write(value)
      except BaseException as error:
          with open(problem, "w", encoding="utf-8") as file:
              json.dump(explained(error), file)
          sys.stdout.flush()
          sys.stderr.flush()
          os._exit(1)
      """

  /// Calls it for each frame that comes: the length in four bytes, the greatest first, then JSON. Its arguments: the
  /// file and the function. What the function prints goes where errors go.
  static let server =
    common + """

      path, name = sys.argv[1:]
      sys.argv = [path]
      requests = os.fdopen(os.dup(0), "rb")
      answers = os.fdopen(os.dup(1), "wb")
      os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
      os.dup2(2, 1)

      called = None
      while len(head := requests.read(4)) == 4:
          body = requests.read(int.from_bytes(head, "big"))
          try:
              called = called or function()
              answer = '{"value":' + text(called(**given(json.loads(body)))) + "}"
          except BaseException as error:
              answer = json.dumps({"error": explained(error)})
          sys.stdout.flush()
          sys.stderr.flush()
          answer = answer.encode("utf-8", "surrogatepass")
          answers.write(len(answer).to_bytes(4, "big") + answer)
          answers.flush()
      """

  /// What the process says of an exception.
  struct Problem: Decodable {
    let message: String
    let file: String
    let line: Int?
  }
}
