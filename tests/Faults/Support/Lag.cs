using System.Diagnostics;
using Microsoft.Playwright;

namespace TdxDash.Faults.Support;

/// <summary>How far a page is behind what the fleet says.</summary>
internal static class Lag
{
    /// <summary>How long a page takes until it shows what a host says now, or something newer; the host has to show its sequence.</summary>
    public static async Task<TimeSpan> OfAsync(IPage page, SimulatedProbe host, TimeSpan patience)
    {
        long now = host.Taken;
        var clock = Stopwatch.StartNew();
        await page.WaitForFunctionAsync("([name, least]) => { const found = new RegExp(name + ' r(\\\\d+)').exec(document.querySelector('main')?.textContent ?? ''); return found !== null && Number(found[1]) >= least; }",
            new object[] { host.Name, now }, new PageWaitForFunctionOptions { Timeout = (float)patience.TotalMilliseconds });
        return clock.Elapsed;
    }
}
