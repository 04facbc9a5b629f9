/// Calls a function of a Python file in a process of its own.
enum PythonCall {
  /// Its arguments: the file, the function, where the arguments are, where the result goes, where an error goes.
  ///
  /// Tables, files and folders are handed over as `pathlib.Path`. What is returned is written as JSON, with what
  /// numbers, arrays, records and paths of the usual libraries stand for.
  static let script = """
    import dataclasses, datetime, importlib.util, json, os, pathlib, sys, traceback

    path, name, given, result, problem = sys.argv[1:]
    sys.argv = [path]

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

    def fail(error):
        traceback.print_exception(type(error), error, error.__traceback__)
        if isinstance(error, SyntaxError):
            place = (error.filename, error.lineno)
        else:
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if frame.filename != "<string>" and "<frozen" not in frame.filename]
            place = (own[-1].filename, own[-1].lineno) if own else (path, None)
        message = "".join(traceback.format_exception_only(type(error), error)).strip().split("\\n")[-1]
        with open(problem, "w", encoding="utf-8") as file:
            json.dump({"message": message, "file": str(place[0]), "line": place[1]}, file)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)

    try:
        with open(given, encoding="utf-8") as file:
            arguments = {
                key: pathlib.Path(value["path"]) if "path" in value else value["value"]
                for key, value in json.load(file).items()
            }
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        if not hasattr(module, name):
            raise AttributeError(f"{os.path.basename(path)} has no function {name}")
        value = getattr(module, name)(**arguments)
        text = json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False)
        with open(result, "w", encoding="utf-8") as file:
            file.write(text)
    except BaseException as error:
        fail(error)
    """

  /// What the process says of an exception.
  struct Problem: Decodable {
    let message: String
    let file: String
    let line: Int?
  }
}
