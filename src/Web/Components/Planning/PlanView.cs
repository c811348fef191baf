using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Components.Planning;

/// <summary>The machine that a plan began as.</summary>
/// <param name="HostId">The host's identity; empty where it is no host but a log, memory map or snapshot.</param>
/// <param name="Name">Its name.</param>
/// <param name="Machine">Its machine, with the provenance of its snapshot.</param>
/// <param name="Text">The plan that says the same; changed in anything it is hypothetical.</param>
public sealed record PlanOrigin(string HostId, string Name, PlanMachine Machine, string Text);

/// <summary>A plan that was worked out, with all that a page shows of it but the search for headroom.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Spec">The plan.</param>
/// <param name="Result">What it comes to.</param>
/// <param name="Map">Its memory.</param>
public sealed record PlanView(string Text, PlanSpec Spec, PlanResult Result, HostMap Map)
{
    /// <summary>How the plan is called: its name, or what it is in a few words.</summary>
    public string Title => Spec.Name ?? $"{Result.Machine.Memory} in {Parts.Wording.Count(Nodes, "NUMA node")}";

    /// <summary>NUMA nodes with memory.</summary>
    public int Nodes => Result.Machine.Map.Blocks.Select(block => block.Node).Distinct().Count();

    /// <summary>Works a text out.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="origin">The machine that it began as; null for none.</param>
    /// <returns>The plan, or what is wrong with the text.</returns>
    public static (PlanView? View, IReadOnlyList<PlanProblem> Problems) Of(string text, PlanOrigin? origin)
    {
        PlanParse parse = PlanText.Parse(text);
        if (parse is not { Spec: { } spec, Machine: { } written })
        {
            return (null, parse.Problems);
        }

        PlanResult result = Planner.Calculate(origin is not null && origin.Text == text ? origin.Machine : written);
        return (new PlanView(text, spec, result, MapOf(result)), []);
    }

    private static HostMap MapOf(PlanResult result)
    {
        PlanMachine machine = result.Machine;
        var memory = new MemoryFacts
        {
            Map = Reading.Known(machine.Map.Blocks, machine.Provenance, machine.Source),
            Nodes = Reading.NotOffered<IReadOnlyList<NumaNode>>(machine.Source, "A plan says nothing of CPUs."),
            FirmwareMap = Reading.NotOffered<IReadOnlyList<FirmwareRange>>(machine.Source, "A plan has no firmware map."),
        };
        return HostMap.From(memory, Reading.Known(machine.Cmrs, machine.CmrsAreGiven ? machine.Provenance : Provenance.Hypothetical, machine.Source),
            Reading.Known(result.Layout, machine.Provenance, machine.Source), result.Explanation, limits: machine.Limits);
    }
}
