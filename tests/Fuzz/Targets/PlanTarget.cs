using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Fuzz.Targets;

/// <summary>Plans that people type and that links carry.</summary>
internal sealed class PlanTarget() : TextTarget("plan")
{
    // Beyond it every text is refused at the door.
    public override int MaxLength => 8 << 10;

    protected override IEnumerable<string> Texts() =>
    [
        "2 sockets × 1 TiB, hole 2G-4G, cxl 512G@node2, hot-plug 256G",
        "name Rack 7; 2 sockets x 2 nodes x 8 dimms x 64 GiB\nfirmware 18 x 64 KiB in 1M-1G, add 16G@node1 at 4T, remove 8G@node1 # remark",
        "ram 0x1000-0x9f000@node0, ram 0x100000-0x77800000@node0, ram 4G-66G@node1, cmr 0x100000-0x77800000, cmr 4G-66G, holes-from cmrs",
        "1 socket x 64G, module tdx-2.0.08-gnr, max-tdmrs 32, max-reserved 8, pamt-entries 16/16/16, dynamic-pamt 2 bits, keyids 32, address-bits 46",
        "1 socket x 1.5T, host 64 GiB, tds 30 x 32 GiB x 8 vcpus, tds 2 x 1G, use 12.5%, small-pages 80%",
        "0 sockets x 1 TB, hole 4G-2G, foo, ram 0-4G, ram 3G-9G",
    ];

    /// <summary>What the planner makes of any snapshot.</summary>
    public static void PlanOf(Snapshot snapshot)
    {
        Reading<PlanMachine> machine = PlanMachine.From(snapshot);
        Promise(machine.IsKnown || machine.Reason.Length > 0, "there is neither a machine nor a reason");
        if (machine.IsKnown)
        {
            Promise(Planner.Calculate(machine.Value).Verdict.Sentence.Length > 0, "a snapshot's machine has no verdict");
            PlanParse carried = PlanText.Parse(PlanText.Write(PlanImports.ToSpec(machine.Value)));
            Promise(carried.Problems.Count > 0 || carried.Machine!.Map.Blocks.SequenceEqual(machine.Value.Map.Blocks), "the text of a snapshot's plan has other memory");
        }
    }

    protected override string Check(string text)
    {
        PlanSource source = PlanSourceReader.Read(text);
        Promise(source.Machine is not null ? source.Text.Length > 0 : source.Problems.Count > 0 || source.Refusal is { Length: > 0 }, "a text is neither a plan nor anything to plan with, without a reason");
        PlanParse parse = PlanText.Parse(text);
        Promise(parse.Spec is null || source.IsWritten, "a plan is taken for something else");
        if (parse is not { Spec: { } spec, Machine: { } machine })
        {
            Promise(parse.Problems.Count > 0, "a refusal says nothing");
            foreach (PlanProblem problem in parse.Problems)
            {
                Promise(problem.Position >= 0 && problem.Position <= Math.Max(text.Length, 1) && problem.Length > 0 && problem.Line > 0 && problem.Column > 0 && problem.Message.Length > 0, $"a problem points nowhere: {problem}");
            }

            string first = parse.Problems[0].Message;
            return "refused " + first[(first.LastIndexOf('\'') + 1)..];
        }

        string canonical = PlanText.Write(spec);
        Promise(canonical.Length > PlanText.MaxLength || spec.Equals(PlanText.Parse(canonical).Spec), "the canonical text is another plan");
        PromiseAscent(machine.Map.Blocks.Select(block => block.Range), "memory");
        PromiseAscent(machine.Cmrs, "CMR");
        PlanResult result = Planner.Calculate(machine);
        Promise(result.Verdict.Initializes == (result.Verdict.Limit == PlanLimit.None) && result.Verdict.Sentence.Length > 0, "verdict and limit disagree");
        Promise(!result.Verdict.Initializes || (result.Layout.Error == LayoutError.None && result.Pamt.IsKnown), "a machine initialises without a layout");
        Promise(!result.Guests.TryGet(out PlanGuests? guests) || guests.Available <= machine.Memory, "more memory is left than there is");
        Promise(Headroom.Of(machine) is { MemoryGiB: var more } && more.IsKnown == result.Verdict.Initializes, "headroom and verdict disagree");
        return $"accepted {result.Verdict.Limit} {result.Guests.Or(null)?.Exceeded}";
    }
}
