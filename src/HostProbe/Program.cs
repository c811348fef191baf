using TdxDash.HostProbe.Commands;

return await ProbeCommandLine.RunAsync(args, ProbeEnvironment.OfProcess()).ConfigureAwait(false);
