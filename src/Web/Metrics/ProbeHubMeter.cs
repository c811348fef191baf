using System.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Wire;

namespace TdxDash.Web.Metrics;

/// <summary>Measures what probes call, around the hub.</summary>
internal sealed class ProbeHubMeter(DashboardMeter meter) : IHubFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        long began = Stopwatch.GetTimestamp();
        object? reply = await next(invocationContext);
        switch (reply)
        {
            case HelloReply hello:
                Hello(invocationContext.Context, hello);
                break;
            case DeliveryReply delivery:
                Delivery(invocationContext.HubMethodName, delivery, Stopwatch.GetElapsedTime(began));
                break;
            case BatchReply batch:
                foreach (DeliveryReply delivery in batch.Replies)
                {
                    Delivery(ProbeContract.Deliver, delivery, Stopwatch.GetElapsedTime(began));
                }

                break;
            default:
                break;
        }

        return reply;
    }

    /// <inheritdoc/>
    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        if (context.Context.Features.Get<ProbeHubMeter>() is not null)
        {
            meter.Disconnected();
        }

        return next(context, exception);
    }

    private void Hello(HubCallerContext connection, HelloReply reply)
    {
        if (!reply.Accepted)
        {
            meter.Refused(isBusy: reply.RetryAfterMilliseconds > 0);
        }
        else if (connection.Features.Get<ProbeHubMeter>() is null)
        {
            connection.Features.Set(this);
            meter.Connected();
        }
    }

    private void Delivery(string method, DeliveryReply reply, TimeSpan took)
    {
        meter.Delivered(method switch
        {
            ProbeContract.Deliver => "snapshot",
            ProbeContract.Observe => "observations",
            _ => "heartbeat",
        }, reply.Outcome switch
        {
            DeliveryOutcome.Stored => "stored",
            DeliveryOutcome.Duplicate => "duplicate",
            DeliveryOutcome.Rejected => "rejected",
            _ => "retry_later",
        });
        if (method == ProbeContract.Deliver && reply.Outcome == DeliveryOutcome.Stored)
        {
            meter.Stored(took);
        }
    }
}
