import Columns
import Dataflow

/// The built-in flow `faults`: operators give it the rows that have no value.
final class FaultsOperator: Operator {}
