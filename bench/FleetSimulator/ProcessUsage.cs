using System.ComponentModel;
using System.Diagnostics;

namespace TdxDash.FleetSimulator;

/// <summary>Looks at a process from outside.</summary>
internal sealed class ProcessUsage : IDisposable
{
    private readonly Process _process;

    /// <summary>Follows a process.</summary>
    /// <param name="name">What it is called in the report.</param>
    /// <param name="pid">Its number.</param>
    /// <exception cref="SimulatorException">There is no such process.</exception>
    public ProcessUsage(string name, int pid)
    {
        Name = name;
        try
        {
            _process = Process.GetProcessById(pid);
        }
        catch (ArgumentException e)
        {
            throw new SimulatorException($"--pid {pid}: there is no such process.", e);
        }
    }

    /// <summary>What it is called in the report.</summary>
    public string Name { get; }

    /// <summary>Looks.</summary>
    /// <returns>Processor time so far, and resident memory in bytes, now and at most; null where the process has ended.</returns>
    public (TimeSpan Cpu, long Resident, long Peak)? Look()
    {
        try
        {
            _process.Refresh();
            return _process.HasExited ? null : (_process.TotalProcessorTime, _process.WorkingSet64, _process.PeakWorkingSet64);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null; // it ended between the questions
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
