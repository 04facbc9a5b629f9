import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/** Runs the statements of a file, by the mode that comes first: `batch` or `streaming`. */
public final class RunSql {
  public static void main(String[] arguments) throws Exception {
    var settings = EnvironmentSettings.newInstance();
    var tables = TableEnvironment.create(
        (arguments[0].equals("batch") ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
    for (String statement : Files.readString(Path.of(arguments[1])).split(";\\s*\n")) {
      if (!statement.isBlank()) tables.executeSql(statement);
    }
  }
}
