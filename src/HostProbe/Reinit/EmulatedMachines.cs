using TdxDash.HostProbe.Demo;

namespace TdxDash.HostProbe.Reinit;

/// <summary>The machine that an emulated module runs on where none is named: two sockets of 32 GiB with Linux 7.2.</summary>
internal static class EmulatedMachines
{
    private const string Name = "emulated-host";
    private const int GibPerSocket = 32;

    /// <summary>The machine for a module: Granite Rapids for 2.x, Sierra Forest where its name says so, else Emerald Rapids.</summary>
    public static DemoShape ShapeFor(string profile) => new()
    {
        Cpu = profile.EndsWith("-gnr", StringComparison.Ordinal) ? DemoCpu.GraniteRapids : profile.EndsWith("-srf", StringComparison.Ordinal) ? DemoCpu.SierraForest : DemoCpu.EmeraldRapids,
        Sockets = 2,
        Memory = DemoMemory.Of(2, GibPerSocket),
        Kernel = DemoKernel.Mainline72,
        Profile = profile,
    };

    /// <summary>The machine's files, without those that the life of its module writes.</summary>
    public static DemoTree Files(DemoShape shape)
    {
        var tree = new DemoTree();
        DemoSources.AddMachine(tree, Name, Guid.NewGuid().ToString("D"), shape);
        DemoSources.AddMemory(tree, shape);
        DemoSources.AddTdx(tree, shape);
        DemoPlatform.Add(tree, shape);
        foreach (string path in tree.Files.Keys.Where(path => path.StartsWith(UpdateFiles.Device, StringComparison.Ordinal)).ToList())
        {
            tree.Files.Remove(path);
        }

        return tree;
    }
}
