using System.Globalization;
using TdxDash.HostProbe.Demo;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.DemoFleet;

/// <summary>A snapshot of the year.</summary>
/// <param name="Boot">The boot, from 0.</param>
/// <param name="At">How long after the beginning of the year.</param>
/// <param name="Snapshot">The snapshot.</param>
internal sealed record DemoMoment(int Boot, TimeSpan At, Snapshot Snapshot);

/// <summary>A time in which a host was not heard of, both ends counted from the beginning of the year.</summary>
/// <param name="From">When it was last heard of.</param>
/// <param name="To">When it came back.</param>
internal sealed record DemoGap(TimeSpan From, TimeSpan To);

/// <summary>What happened to a host in a year: reboots, kernel and module updates, and guests that took KeyIDs.</summary>
internal static class DemoYear
{
    /// <summary>How long a year is.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromDays(365);

    private static readonly string[][] Modules = [["1.5.01", "1.5.05", "1.5.06", "1.5.08", "1.5.13", "1.5.16", "1.5.24"], ["1.5.05", "1.5.06", "1.5.08", "1.5.13", "1.5.16", "1.5.24"], ["2.0.04", "2.0.05", "2.0.08", "2.0.14"], ["1.5.13", "1.5.16", "1.5.25"]];

    /// <summary>A host's year, oldest first.</summary>
    public static IEnumerable<DemoMoment> Of(DemoHost host, DemoShapes shapes)
    {
        Random dice = host.Dice();
        Model model = DemoShapes.Roll(dice);
        DemoKernel kernel = DemoShapes.FirstKernel(model, dice);
        string[] modules = Modules[model.Family];
        int module = dice.Next(modules.Length - 1), patch = dice.Next(4), boot = 0, inUse = dice.Next(8);
        double day = dice.NextDouble() * 20;
        yield return Moment();
        for (int events = dice.Next(5, 10); events > 0; events--)
        {
            day += 5 + (dice.NextDouble() * 300 / events / 2);
            switch (dice.Next(6))
            {
                case 0 or 1: // a new kernel takes a reboot
                    kernel = kernel != DemoKernel.Mainline72 && dice.Next(3) == 0 ? DemoKernel.Mainline72 : kernel;
                    patch++;
                    boot++;
                    break;
                case 2 when module < modules.Length - 1 && kernel == DemoKernel.Mainline72: // while the machine runs
                    module++;
                    break;
                case 2 or 3: // nothing but a reboot
                    module = Math.Min(module + dice.Next(2), modules.Length - 1);
                    boot++;
                    break;
                default:
                    inUse = dice.Next(24);
                    break;
            }

            if (day < Length.TotalDays)
            {
                yield return Moment();
            }
        }

        DemoMoment Moment() => new(boot, TimeSpan.FromDays(day), Labelled(shapes.Read(model, kernel), host.Name, modules[module], patch, inUse));
    }

    /// <summary>When a host was away: before every fourth reboot or so, for a quarter of an hour to nine days.</summary>
    /// <param name="host">The host.</param>
    /// <param name="moments">The boot and the time of each of its snapshots, oldest first.</param>
    public static IEnumerable<DemoGap> Gaps(DemoHost host, IReadOnlyList<(int Boot, TimeSpan At)> moments)
    {
        Random dice = host.AwayDice();
        for (int i = 1; i < moments.Count; i++)
        {
            // Short ones are many, and long ones are few.
            TimeSpan length = TimeSpan.FromMinutes(15 * Math.Exp(dice.NextDouble() * 6.75));
            bool isAway = dice.Next(4) == 0 && moments[i].Boot != moments[i - 1].Boot;
            TimeSpan room = (moments[i].At - moments[i - 1].At) * 0.9;
            if (isAway)
            {
                yield return new DemoGap(moments[i].At - (length < room ? length : room), moments[i].At);
            }
        }
    }

    /// <summary>When a host is heard of last: at the end of the year, or, of one that is silent, up to a month before.</summary>
    /// <param name="host">The host.</param>
    /// <param name="latest">The time of its latest snapshot.</param>
    public static TimeSpan LastSeen(DemoHost host, TimeSpan latest)
    {
        TimeSpan seen = host.IsSilent ? Length - (TimeSpan.FromDays(30) * host.AwayDice().NextDouble()) : Length;
        return seen > latest ? seen : latest;
    }

    // The machine was read once; what tells hosts of one kind apart is written over it.
    private static Snapshot Labelled(Snapshot read, string name, string module, int patch, int inUse) => read with
    {
        Host = read.Host with
        {
            Name = read.Host.Name.Map(_ => name),
            KernelRelease = read.Host.KernelRelease.Map(release => Patched(release, patch)),
            KernelCommandLine = read.Host.KernelCommandLine.Map(line => line.Replace(read.Host.KernelRelease.Value, Patched(read.Host.KernelRelease.Value, patch), StringComparison.Ordinal)),
        },
        Module = read.Module with { Metadata = read.Module.Metadata.Map<IReadOnlyList<MetadataValue>>(fields => [.. fields.Select(field => WithVersion(field, module))]) },
        Kernel = read.Kernel with
        {
            ModuleVersion = read.Kernel.ModuleVersion.Map(_ => module),
            LogLines = read.Kernel.LogLines.Map<IReadOnlyList<string>>(lines => [.. lines.Select(line => line.Contains("Module version: ", StringComparison.Ordinal) ? line[..line.LastIndexOf(' ')] + " " + module : line)]),
        },
        Platform = read.Platform is null ? null : read.Platform with
        {
            KeyIdsInUse = read.Kernel.KeyIdCapacity.IsKnown ? Reading.Known((long)inUse, Provenance.Emulated, "/sys/fs/cgroup/misc.current") : read.Platform.KeyIdsInUse,
        },
    };

    private static string Patched(string release, int patch)
    {
        string[] parts = release.Split('.', 3);
        return parts is [_, _, ['0', .. _] or [_, '-', ..]]
            ? string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{parts[1]}.0-{1028 + patch}-intel")
            : string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{parts[1]}.{patch + 1}");
    }

    private static MetadataValue WithVersion(MetadataValue field, string module)
    {
        string[] parts = module.Split('.');
        string? text = MetadataText.NameOf(field.Id) switch { "MAJOR_VERSION" => parts[0], "MINOR_VERSION" => parts[1], "UPDATE_VERSION" => parts[2], _ => null };
        return text is null ? field : field with { Values = [ulong.Parse(text, CultureInfo.InvariantCulture)] };
    }
}
