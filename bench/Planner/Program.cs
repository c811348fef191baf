using System.Diagnostics;
using System.Globalization;
using TdxDash.Bench;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

if (args is not ([] or [_]) || !int.TryParse(args is [var text] ? text : "10000", NumberStyles.None, CultureInfo.InvariantCulture, out int hosts) || hosts is < 1 or > 1_000_000)
{
    Console.Error.WriteLine("""
        Usage: Planner [HOSTS]

        Measures the planner: from an edit of a plan's text to its result, the search for headroom, and the sum over a fleet of HOSTS (10,000) machines, each laid out
        exactly with another module and Dynamic PAMT.
        """);
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string EightSockets = "8 sockets x 1 TiB, hole 2G-4G, firmware 6 x 64 KiB in 1M-2G, keyids 64, tds 40 x 128 GiB x 16 vcpus";
string pieces = string.Join(", ", Enumerable.Range(0, 1_000).Select(i => $"ram {i * 4}G-{(i * 4) + 3}G@node{i / 125}"));
int edit = 0;
Print("edit to result, 8 sockets and 8 TiB", 200, () => Result($"{EightSockets}, use {edit++ % 100}%"));
Print("the same with the search for headroom", 50, () => Headroom.Of(PlanText.Parse($"{EightSockets}, use {edit++ % 100}%").Machine!));
Print("edit to result, 1,000 ranges, each a TDMR", 50, () => Result($"{pieces}, max-tdmrs 1000, use {edit++ % 100}%"));
Print("headroom of 64 TDMRs", 20, () => Headroom.Of(PlanText.Parse($"64 sockets x 128 GiB, keyids 64, tds 1 x 32 GiB, use {edit++ % 100}%").Machine!));

Snapshot snapshot = TestSnapshots.WorkingHost();
Print("machines of 1,000 snapshots", 20, () => Enumerable.Range(0, 1_000).Select(_ => PlanMachine.From(snapshot)).ToArray());

PlanMachine[] machines = [.. RealisticHosts.All().Select(blocks => Machine(MemoryMap.Create(blocks)))];
FleetMachine[] fleet = [.. Enumerable.Range(0, hosts).Select(i => new FleetMachine($"{i}", Reading.Known(machines[i % machines.Length], Provenance.Computed, "bench")))];
var change = new FleetChange { Module = PlanModules.Find("tdx-2.0.08-gnr"), DynamicPamt = true, Use = 25 };
Print($"fleet of {hosts:#,0}, as it is", 10, () => FleetPlan.Of(fleet));
Print($"fleet of {hosts:#,0}, with another module and Dynamic PAMT", 10, () => FleetPlan.Of(fleet, change));
FleetPlan plan = FleetPlan.Of(fleet, change);
Console.WriteLine($"{Environment.ProcessorCount} cores; {plan.Rows.Count:#,0} machines with {plan.Total.Memory}, {plan.Total.Failing:#,0} would not initialise");
return 0;

static PlanMachine Machine(MemoryMap map) => PlanMachine.From(new PlanSpec { Ram = map.Blocks }) with { Use = 25 };

static PlanResult Result(string text) => Planner.Calculate(PlanText.Parse(text).Machine ?? throw new InvalidOperationException("The plan has an error."));

static void Print(string what, int runs, Func<object> run)
{
    for (int i = 0; i < 10; i++)
    {
        GC.KeepAlive(run());
    }

    double[] times = [.. Enumerable.Range(0, runs).Select(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        GC.KeepAlive(run());
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }).Order()];
    Console.WriteLine($"{what}: {times[runs / 2]:F2} ms, worst {times[^1]:F2} ms of {runs}");
}
