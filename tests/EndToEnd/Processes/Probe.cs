using System.Globalization;

namespace TdxDash.EndToEnd.Processes;

/// <summary>The probe as a process.</summary>
internal static class Probe
{
    /// <summary>A probe of the machine that the tests run on.</summary>
    public static RunningProcess OfThisMachine(Uri dashboard, string state)
    {
        Enrolment.OfHost(dashboard, state);
        return RunningProcess.Start(
        [
            .. Product.Probe(), "run", "--dashboard", dashboard.GetLeftPart(UriPartial.Authority), "--state", state,
            "--interval", "1s", "--module", "auto", "--trial",
        ]);
    }

    /// <summary>A probe of a machine whose files lie below a folder.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="dashboard">Where it delivers to.</param>
    /// <param name="state">Its state folder.</param>
    /// <param name="prefix">What stands before the command line, such as <c>env NAME=VALUE</c>.</param>
    public static RunningProcess Of(MachineTree machine, Uri dashboard, string state, string[]? prefix = null)
    {
        Enrolment.OfHost(dashboard, state);
        return RunningProcess.Start(
        [
            .. prefix ?? [], .. Product.Probe(), "run", "--dashboard", dashboard.GetLeftPart(UriPartial.Authority), "--state", state,
            "--interval", "1s", "--module", "none", "--root", machine.Root,
        ]);
    }

    /// <summary>Puts demo hosts into a data folder on which no dashboard runs.</summary>
    public static RunningProcess Seed(string folder, int count) => RunningProcess.Start([.. Product.DemoFleet(), "seed", folder, count.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Demo hosts, all in one process.</summary>
    public static RunningProcess Demo(Uri dashboard, string state, int count = 12) => OfDemo(dashboard, state, "--count", count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Demo hosts alone whose emulated modules can be re-initialised, all in one process.</summary>
    public static RunningProcess Updatable(Uri dashboard, string state, int count) => OfDemo(dashboard, state, "--count", "0", "--updatable", count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends a file as a host of its own.</summary>
    public static RunningProcess Import(Uri dashboard, string state, string file, string name)
    {
        Enrolment.OfImports(dashboard, state);
        return RunningProcess.Start([.. Product.Probe(), "import", file, "--name", name, "--dashboard", dashboard.GetLeftPart(UriPartial.Authority), "--state", state]);
    }

    private static RunningProcess OfDemo(Uri dashboard, string state, params string[] which)
    {
        Enrolment.OfDemo(dashboard, state);
        return RunningProcess.Start([.. Product.Probe(), "demo", "--dashboard", dashboard.GetLeftPart(UriPartial.Authority), "--state", state, .. which]);
    }
}
